package mainstay.multijvm.checker;

import static mainstay.multijvm.checker.Histories.inTerm;
import static mainstay.multijvm.checker.Histories.of;
import static mainstay.multijvm.checker.Histories.says;
import static mainstay.multijvm.checker.Histories.taken;
import static mainstay.multijvm.checker.Histories.wrote;
import static org.assertj.core.api.Assertions.assertThat;

import mainstay.multijvm.workload.History;
import org.junit.jupiter.api.Test;

class AtMostOneActivePerTermTest {

  @Test
  void holdsThroughATakeoverThatOneServerHearsOfLater() {
    assertThat(violations(of(
            taken(1, "alpha"),
            taken(2, "bravo"),
            says("bravo", "alpha", 1, 10),
            says("bravo", "bravo", 2, 20),
            says("charlie", "alpha", 1, 21),
            says("charlie", "bravo", 2, 30),
            inTerm(1, wrote("1", 1, 0, 10)),
            inTerm(2, wrote("2", 2, 5, 20)))))
        .isEmpty();
  }

  @Test
  void isViolatedByTwoActiveServersInOneTerm() {
    assertThat(violations(of(says("bravo", "bravo", 2, 20), says("alpha", "alpha", 2, 21))))
        .singleElement()
        .asString()
        .contains("term 2 of configuration belongs to bravo, and to alpha");
  }

  @Test
  void isViolatedByAServerThatServesInATermThatAnotherTook() {
    assertThat(violations(of(taken(2, "bravo"), says("alpha", "alpha", 2, 21)))).hasSize(1);
  }

  @Test
  void isViolatedByATermThatGoesBack() {
    assertThat(violations(of(says("bravo", "bravo", 3, 20), says("bravo", "alpha", 2, 21))))
        .singleElement()
        .asString()
        .contains("after term 3");
  }

  @Test
  void isViolatedByATermTakenTwice() {
    assertThat(violations(of(taken(2, "bravo"), taken(2, "bravo"))))
        .singleElement()
        .asString()
        .contains("took term 2 after term 2");
  }

  @Test
  void isViolatedByAnAnswerInATermOlderThanAnEarlierAnswer() {
    assertThat(violations(of(inTerm(2, wrote("1", 1, 0, 10)), inTerm(1, wrote("2", 2, 11, 20)))))
        .singleElement()
        .asString()
        .contains("older term");
  }

  private static java.util.List<String> violations(History history) {
    return new AtMostOneActivePerTerm().check(history).violations();
  }
}
