package mainstay.persistence.journal;

import java.io.IOException;
import mainstay.persistence.testing.MariaDb;
import mainstay.persistence.testing.OnMariaDb;
import mainstay.persistence.testing.TestDatabase;

/** A PostgreSQL and, beside it, a MariaDB. */
@OnMariaDb
class ReplicationMariaDbIT extends ReplicationIT {
  @Override
  TestDatabase startSecond() throws IOException {
    return MariaDb.start();
  }
}
