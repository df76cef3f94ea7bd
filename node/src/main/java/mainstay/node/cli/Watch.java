package mainstay.node.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import mainstay.node.client.ApiException;

/** Shows an answer anew every second until Ctrl-C; what goes wrong meanwhile is a line between. */
final class Watch {
  private static final String CLEAR_SCREEN = "\033[H\033[2J";

  private Watch() {}

  /** @param plain for programs: neither the time nor a cleared screen between two answers */
  static void forever(
      PrintWriter out, boolean plain, Supplier<JsonNode> ask, Consumer<JsonNode> show)
      throws InterruptedException {
    boolean terminal = System.console() != null && !plain;
    while (true) {
      try {
        JsonNode answer = ask.get();
        out.print(terminal ? CLEAR_SCREEN : "");
        if (!plain) {
          out.println(now());
        }
        show.accept(answer);
      } catch (ApiException e) {
        out.println(now() + " " + e.getMessage());
      }
      out.flush();
      TimeUnit.SECONDS.sleep(1);
    }
  }

  private static LocalTime now() {
    return LocalTime.now(ZoneId.systemDefault()).truncatedTo(ChronoUnit.SECONDS);
  }
}
