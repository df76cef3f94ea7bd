package mainstay.persistence.databases;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.Stream;
import mainstay.persistence.testing.H2;
import mainstay.persistence.testing.Server;
import org.junit.jupiter.api.Test;

class DatabaseCheckTest {
  private static final Duration LIMIT = Duration.ofMillis(900);

  private final CountDownLatch hang = new CountDownLatch(1);

  @Test
  void aDatabaseAnswersThoughSomeSessionsHang() throws IOException, SQLException {
    try (var h2 = H2.start();
        var alpha = Server.start(h2, h2.newDatabase(), "alpha", "a1")) {
      var database = alpha.databases().open(alpha.databases().configured().get(0));
      try {
        hang(database.limits().controlConnections(), () -> database.control("hang", this::hang));

        assertThat(database.check(LIMIT)).succeedsWithin(LIMIT);

        hang(database.limits().readers(), () -> database.read("hang", this::hang));

        assertThat(database.check(LIMIT))
            .failsWithin(Duration.ofSeconds(5))
            .withThrowableThat()
            .withMessageContaining("did not answer a query within 900 ms");
      } finally {
        hang.countDown();
      }
      assertThat(database.check(LIMIT)).succeedsWithin(LIMIT);
    }
  }

  private static void hang(int sessions, Supplier<CompletableFuture<Void>> work) {
    Stream.generate(work).limit(sessions).forEach(running -> assertThat(running).isNotDone());
  }

  private Void hang(Connection session) {
    try {
      hang.await();
      return null;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
