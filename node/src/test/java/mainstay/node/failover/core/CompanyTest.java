package mainstay.node.failover.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import mainstay.protocol.model.ServerId;
import org.junit.jupiter.api.Test;

class CompanyTest {
  private static final ServerId ALPHA = new ServerId("alpha");
  private static final ServerId BRAVO = new ServerId("bravo");
  private static final ServerId CHARLIE = new ServerId("charlie");
  private static final List<ServerId> ORDER = List.of(ALPHA, BRAVO, CHARLIE);
  private static final Set<ServerId> ALL = Set.copyOf(ORDER);

  private final Map<ServerId, Set<ServerId>> hears = new HashMap<>();
  private final Set<ServerId> unfit = new HashSet<>();

  @Test
  void whereAllHearEachOtherAllGoOn() {
    links(ALPHA, BRAVO, CHARLIE);

    assertThat(company()).isEqualTo(ALL);
    assertThat(leftOut()).isEmpty();
  }

  @Test
  void ofTwoThatDoNotHearEachOtherTheFirstGoesOnWithTheThird() {
    links(ALPHA, CHARLIE);
    links(BRAVO, CHARLIE);

    assertThat(company()).containsOnly(ALPHA, CHARLIE);
    assertThat(leftOut()).containsOnly(BRAVO);
  }

  @Test
  void ofTwoThatDoNotHearEachOtherTheFitOneGoesOn() {
    links(ALPHA, CHARLIE);
    links(BRAVO, CHARLIE);
    unfit.add(ALPHA);

    assertThat(company()).containsOnly(BRAVO, CHARLIE);
    assertThat(leftOut()).containsOnly(ALPHA);
    unfit.add(BRAVO);
    assertThat(company()).containsOnly(ALPHA, CHARLIE);
  }

  @Test
  void theOrderIsThatOfTheInstallationAndNotOfTheNames() {
    links(ALPHA, CHARLIE);
    links(BRAVO, CHARLIE);

    assertThat(Company.of(List.of(BRAVO, ALPHA, CHARLIE), ALL, new Hearing(hears, unfit)))
        .containsOnly(BRAVO, CHARLIE);
  }

  @Test
  void moreGoBeforeEarlier() {
    var delta = new ServerId("delta");
    var echo = new ServerId("echo");
    links(ALPHA, BRAVO);
    links(BRAVO, CHARLIE, delta, echo);
    var five = Set.of(ALPHA, BRAVO, CHARLIE, delta, echo);

    assertThat(Company.of(
            List.of(ALPHA, BRAVO, CHARLIE, delta, echo), five, new Hearing(hears, unfit)))
        .containsOnly(BRAVO, CHARLIE, delta, echo);
  }

  @Test
  void whoIsDeafIsLeftOutThoughAllHearIt() {
    links(BRAVO, CHARLIE);
    hear(BRAVO, ALPHA);
    hear(CHARLIE, ALPHA);

    assertThat(company()).containsOnly(BRAVO, CHARLIE);
    assertThat(leftOut()).containsOnly(ALPHA);
  }

  @Test
  void whomNobodyHearsMayBeDeadAndIsLeftToOthers() {
    links(BRAVO, CHARLIE);
    hear(ALPHA, BRAVO);
    hear(ALPHA, CHARLIE);

    assertThat(company()).containsOnly(BRAVO, CHARLIE);
    assertThat(leftOut()).isEmpty();
  }

  @Test
  void withoutAMajorityNothingIsDecided() {
    assertThat(company()).isEmpty();
    links(ALPHA, BRAVO);
    assertThat(company()).containsOnly(ALPHA, BRAVO);
    assertThat(Company.of(
            ORDER, Set.of(ALPHA, BRAVO, CHARLIE, new ServerId("delta")), new Hearing(hears, unfit)))
        .isEmpty();
  }

  @Test
  void whoCountsNoMoreIsNotMissed() {
    links(BRAVO, CHARLIE);

    assertThat(Company.of(ORDER, Set.of(BRAVO, CHARLIE), new Hearing(hears, unfit)))
        .containsOnly(BRAVO, CHARLIE);
  }

  @Test
  void overManyVotersNothingIsDecided() {
    var many = java.util.stream.IntStream.range(0, 13)
        .mapToObj(i -> new ServerId("s" + i))
        .collect(Collectors.toList());
    links(many.toArray(ServerId[]::new));

    assertThat(Company.of(many, Set.copyOf(many), new Hearing(hears, unfit))).isEmpty();
    var twelve = many.subList(0, 12);
    assertThat(Company.of(many, Set.copyOf(twelve), new Hearing(hears, unfit))).hasSize(12);
  }

  private Set<ServerId> company() {
    return Company.of(ORDER, ALL, new Hearing(hears, unfit));
  }

  private Set<ServerId> leftOut() {
    return Company.leftOut(company(), ALL, new Hearing(hears, unfit));
  }

  private void links(ServerId... servers) {
    for (var one : servers) {
      Arrays.stream(servers).filter(other -> !other.equals(one)).forEach(other -> hear(one, other));
    }
  }

  private void hear(ServerId one, ServerId other) {
    hears.computeIfAbsent(one, server -> new HashSet<>()).add(other);
  }
}
