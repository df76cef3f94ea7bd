package mainstay.persistence.databases.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import mainstay.persistence.databases.dialect.h2.H2Dialect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VendorsTest {
  @Test
  void aJarOnTheClassPathBringsAVendor() {
    assertThat(Dialect.of("h2")).isInstanceOf(H2Dialect.class);
    assertThat(Dialect.of("mariadb")).isInstanceOf(MariaDbDialect.class);
  }

  @Test
  void anUnknownOneIsRefusedBySentence() {
    var vendors = new Vendors(List.of());

    assertThatThrownBy(() -> vendors.require("h2", "jdbc:h2:mem:x;MODE=MySQL"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("vendor = \"h2\" must be one of [postgresql, mariadb]");
  }

  @ParameterizedTest
  @CsvSource({
    "postgresql, jdbc:postgresql://h/d, ''",
    "mariadb, jdbc:mariadb://h:3306/d?x=y, ''",
    "h2, jdbc:h2:mem:x;MODE=MySQL;IFEXISTS=TRUE, ''",
    "postgresql, jdbc:mariadb://h/d, 'url = \"jdbc:mariadb://h/d\" must have the form jdbc:postgresql://HOST:PORT/DATABASE'",
    "mariadb, jdbc:mariadb://h, 'url = \"jdbc:mariadb://h\" must have the form jdbc:mariadb://HOST:PORT/DATABASE'",
    "h2, jdbc:h2:file:x, 'url = \"jdbc:h2:file:x\" must have the form jdbc:h2:mem:DATABASE;MODE=MySQL'"
  })
  void eachVendorHasItsFormOfAddresses(String vendor, String url, String refusal) {
    String said = "";
    try {
      Vendors.requireUsable(vendor, url);
    } catch (IllegalArgumentException e) {
      said = e.getMessage();
    }

    assertThat(said).isEqualTo(refusal);
  }

  @Test
  void twoForOneVendorAreRefusedByTheirNames() {
    assertThatThrownBy(() -> new Vendors(List.of(new H2Dialect(), new H2Dialect())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageStartingWith(
            "two dialects for vendor h2: " + H2Dialect.class.getName() + " and ");
  }
}
