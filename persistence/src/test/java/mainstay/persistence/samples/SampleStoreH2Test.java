package mainstay.persistence.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.ResultSet;
import java.sql.SQLException;
import mainstay.persistence.testing.OnH2;

@OnH2
class SampleStoreH2Test extends SampleStoreIT {
  @Override
  void assertUsesTheIndex(ResultSet plan) throws SQLException {
    plan.next();
    assertThat(plan.getString(1)).contains("PRIMARY_KEY").doesNotContain("tableScan");
  }
}
