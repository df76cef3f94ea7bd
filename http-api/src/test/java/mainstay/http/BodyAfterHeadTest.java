package mainstay.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import mainstay.protocol.message.Points;
import mainstay.protocol.message.Precondition;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.Role;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bodies that come only after the server asked for them: surely not in one piece with the head. */
class BodyAfterHeadTest {
  private static final HttpApiFixture API = new HttpApiFixture();

  @AfterAll
  static void close() {
    API.close();
  }

  @BeforeEach
  void answer() {
    API.answer(new ServiceReply.PointValue(
        "setpoint-1", Optional.of(1.0), 1, 1, Optional.of(HttpApiFixture.NOW), Quality.GOOD));
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 4_096})
  void requestsOfOneConnectionAreAnsweredOneAfterAnother(int length) throws IOException {
    try (var connection = new Connection()) {
      for (int i = 0; i < 3; i++) {
        connection.send(head("Content-Length: " + length) + "Expect: 100-continue\r\n\r\n");
        assertThat(connection.statusLine()).isEqualTo("HTTP/1.1 100 Continue");
        connection.send("{\"value\":" + i);
        connection.send(" ".repeat(length - 11) + "}");

        assertThat(connection.statusLine()).isEqualTo("HTTP/1.1 200 OK");
        assertThat(API.asked.peekLast().request())
            .isEqualTo(new Points.SetValue("setpoint-1", i, Precondition.NONE));
      }
    }
  }

  @Test
  void aBodyInChunksIsTakenToo() throws IOException {
    try (var connection = new Connection()) {
      connection.send(head("Transfer-Encoding: chunked") + "\r\n");
      connection.send("9\r\n{\"value\":\r\n");
      connection.send("2\r\n5}\r\n0\r\n\r\n");

      assertThat(connection.statusLine()).isEqualTo("HTTP/1.1 200 OK");
      assertThat(API.onlyAsk().request())
          .isEqualTo(new Points.SetValue("setpoint-1", 5, Precondition.NONE));
    }
  }

  private static String head(String framing) {
    return "PUT /api/v1/points/setpoint-1/value HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
        + API.token(Role.OPERATOR) + "\r\nContent-Type: application/json\r\n" + framing + "\r\n";
  }

  private static final class Connection implements AutoCloseable {
    private final Socket socket = new Socket("127.0.0.1", API.port());
    private final BufferedReader reader = new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));

    Connection() throws IOException {
      socket.setSoTimeout(20_000);
      socket.setTcpNoDelay(true);
    }

    void send(String text) throws IOException {
      socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /** Reads one response and gives its first line. */
    String statusLine() throws IOException {
      String status = reader.readLine();
      int length = 0;
      for (String line = reader.readLine(); !line.isEmpty(); line = reader.readLine()) {
        if (line.startsWith("Content-Length: ")) {
          length = Integer.parseInt(line.substring(16));
        }
      }
      assertThat(reader.skip(length)).isEqualTo(length);
      return status;
    }

    @Override
    public void close() throws IOException {
      socket.close();
    }
  }
}
