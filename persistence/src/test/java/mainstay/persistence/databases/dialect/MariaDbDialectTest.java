package mainstay.persistence.databases.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import mainstay.persistence.databases.core.SqlFailure;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MariaDbDialectTest {
  @ParameterizedTest
  @CsvSource({
    "1062, 23000, DUPLICATE",
    "1205, HY000, TIMED_OUT",
    "1213, 40001, TIMED_OUT",
    "1969, 70100, TIMED_OUT",
    "1927, 70100, DISCONNECTED",
    "1053, 08S01, DISCONNECTED",
    "1180, HY000, DISCONNECTED",
    "0, 08000, DISCONNECTED",
    "0, , DISCONNECTED",
    "1290, HY000, DAMAGED",
    "1021, HY000, DAMAGED",
    "1114, HY000, DAMAGED",
    "1406, 22001, REFUSED",
    "1452, 23000, REFUSED",
    "1146, 42S02, REFUSED"
  })
  void tellsUnknownFromNotDone(int number, String sqlState, SqlFailure expected) {
    assertThat(Dialect.of("mariadb").failure(new SQLException("", sqlState, number)))
        .isEqualTo(expected);
  }
}
