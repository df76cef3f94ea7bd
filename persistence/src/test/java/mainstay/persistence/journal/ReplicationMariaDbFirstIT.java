package mainstay.persistence.journal;

import java.io.IOException;
import mainstay.persistence.testing.MariaDb;
import mainstay.persistence.testing.OnMariaDb;
import mainstay.persistence.testing.TestDatabase;

/** A MariaDB, which decides between two who take a term, and beside it a PostgreSQL. */
@OnMariaDb
class ReplicationMariaDbFirstIT extends ReplicationIT {
  @Override
  TestDatabase startFirst() throws IOException {
    return MariaDb.start();
  }
}
