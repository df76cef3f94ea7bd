package mainstay.persistence.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.ResultSet;
import java.sql.SQLException;
import mainstay.persistence.testing.OnMariaDb;

@OnMariaDb
class SampleStoreMariaDbIT extends SampleStoreIT {
  @Override
  String analyze() {
    return "analyze table sample, sample_series";
  }

  @Override
  void assertUsesTheIndex(ResultSet plan) throws SQLException {
    while (plan.next()) {
      assertThat(plan.getString("type")).isIn("const", "ref", "range");
      assertThat(plan.getString("key")).isIn("PRIMARY", "name");
    }
  }
}
