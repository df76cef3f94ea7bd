package mainstay.persistence.databases.dialect;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.sql.Connection;
import java.sql.SQLException;
import mainstay.persistence.databases.ConnectionLimits;
import mainstay.persistence.databases.SessionName;
import mainstay.persistence.testing.SharedDatabase;
import mainstay.persistence.testing.TestDatabase;
import mainstay.protocol.model.ServerId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A session whose commits may be forgotten is not used. */
@ExtendWith(SharedDatabase.class)
class DurabilityIT {
  @Test
  void asynchronousCommitsAreRefusedBySentence(TestDatabase database) throws Exception {
    var url = database.newDatabase();
    try (var durable = database.connect(url);
        var forgetful = database.connect(url + "?options=-c%20synchronous_commit=off")) {
      assertThatCode(() -> begin(durable)).doesNotThrowAnyException();
      assertThatThrownBy(() -> begin(forgetful))
          .isInstanceOf(NotDurableException.class)
          .hasMessage(
              "the database may lose what it has acknowledged, so it is not used: fsync = on,"
                  + " full_page_writes = on, synchronous_commit = off; none of them may be off");
    }
  }

  private static void begin(Connection session) throws SQLException {
    Dialect.of(session)
        .begin(
            session,
            ConnectionLimits.from(ConfigFactory.load()),
            new SessionName(new ServerId("alpha"), "a1"));
  }
}
