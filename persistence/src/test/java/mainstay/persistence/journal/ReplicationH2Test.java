package mainstay.persistence.journal;

import java.io.IOException;
import mainstay.persistence.testing.H2;
import mainstay.persistence.testing.TestDatabase;

/** Two databases in memory. */
class ReplicationH2Test extends ReplicationIT {
  @Override
  TestDatabase startFirst() throws IOException {
    return H2.start();
  }

  @Override
  TestDatabase startSecond() throws IOException {
    return H2.start();
  }
}
