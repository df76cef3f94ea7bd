package mainstay.persistence.databases;

import static mainstay.persistence.testing.Server.await;
import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import mainstay.persistence.testing.Server;
import mainstay.persistence.testing.Server.Place;
import mainstay.persistence.testing.SharedDatabase;
import mainstay.persistence.testing.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(SharedDatabase.class)
class RehearsalIT {
  @Test
  void aLostSessionIsSuspectedOnceAndReplaced(TestDatabase database) throws SQLException {
    var places = List.of(
        new Place(database, database.newDatabase()), new Place(database, database.newDatabase()));
    try (var alpha = Server.start(places, "alpha", "a1")) {
      var suspected = Collections.synchronizedList(new ArrayList<Suspicion>());
      alpha.databases().onSuspicion(suspected::add);

      await(new Rehearsal(alpha.databases()).loseSessions());

      assertThat(suspected).extracting(Suspicion::database).containsExactlyInAnyOrder("db1", "db2");
    }
  }
}
