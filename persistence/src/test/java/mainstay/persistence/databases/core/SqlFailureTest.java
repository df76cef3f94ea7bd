package mainstay.persistence.databases.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SqlFailureTest {
  @ParameterizedTest
  @CsvSource({
    "23505, DUPLICATE",
    "08006, DISCONNECTED",
    "57P01, DISCONNECTED",
    "57P03, DISCONNECTED",
    "25P03, DISCONNECTED",
    ", DISCONNECTED",
    "57014, TIMED_OUT",
    "55P03, TIMED_OUT",
    "40P01, TIMED_OUT",
    "22001, REFUSED",
    "53100, DAMAGED",
    "25006, DAMAGED",
    "XX001, DAMAGED"
  })
  void tellsUnknownFromNotDone(String sqlState, SqlFailure expected) {
    assertThat(SqlFailure.of(sqlState)).isEqualTo(expected);
  }
}
