package mainstay.multijvm.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import mainstay.multijvm.cluster.Cuts.Link;
import org.junit.jupiter.api.Test;

class CutsTest {
  private static final List<String> SERVERS = List.of("alpha", "bravo", "charlie");
  private static final List<String> DATABASES = List.of("db1", "db2");

  @Test
  void aCutBetweenTwoClosesBothWaysAndNoOther() {
    var cuts = Cuts.between("alpha", "db1");

    assertThat(cuts.links())
        .containsExactlyInAnyOrder(new Link("alpha", "db1"), new Link("db1", "alpha"));
    assertThat(cuts.apart("db1", "alpha")).isTrue();
    assertThat(cuts.apart("alpha", "db2")).isFalse();
  }

  @Test
  void nobodyIsCutFromItself() {
    assertThat(Cuts.between(DATABASES, DATABASES)).isEqualTo(Cuts.between("db1", "db2"));
  }

  @Test
  void oneWayIsEnoughForAConnectionToHang() {
    var cuts = Cuts.oneWay("alpha", "bravo");

    assertThat(cuts.links()).containsExactly(new Link("alpha", "bravo"));
    assertThat(cuts.apart("bravo", "alpha")).isTrue();
  }

  @Test
  void aServerThatMissesADatabaseWhichTheMajorityReachesIsCutOff() {
    assertThat(cutOff(Cuts.between("alpha", "db2"))).containsExactly("alpha");
  }

  @Test
  void ofTwoCrossedCutsOnlyTheThirdServerIsLeft() {
    assertThat(cutOff(Cuts.between("alpha", "db1").and(Cuts.between("bravo", "db2"))))
        .containsExactlyInAnyOrder("alpha", "bravo");
  }

  @Test
  void aDatabaseThatTheMajorityDoesNotReachCountsNoMore() {
    assertThat(cutOff(Cuts.between(List.of("alpha", "bravo"), List.of("db1")))).isEmpty();
    assertThat(cutOff(Cuts.between(List.of("alpha", "db1"), List.of("bravo", "charlie", "db2"))))
        .containsExactly("alpha");
  }

  @Test
  void aServerWithoutAMajorityOfTheServersIsCutOff() {
    assertThat(cutOff(Cuts.between(List.of("alpha"), List.of("bravo", "charlie"))))
        .containsExactly("alpha");
    assertThat(cutOff(Cuts.between("alpha", "bravo"))).as("both hear charlie").isEmpty();
  }

  private static Iterable<String> cutOff(Cuts cuts) {
    return cuts.cutOff(SERVERS, DATABASES);
  }
}
