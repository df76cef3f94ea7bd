package mainstay.persistence.journal;

import java.io.IOException;
import mainstay.persistence.testing.MariaDb;
import mainstay.persistence.testing.OnMariaDb;
import mainstay.persistence.testing.TestDatabase;

@OnMariaDb
class DatabaseKilledMariaDbIT extends DatabaseKilledIT {
  @Override
  TestDatabase start() throws IOException {
    return MariaDb.start();
  }
}
