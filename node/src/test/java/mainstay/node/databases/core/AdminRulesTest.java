package mainstay.node.databases.core;

import static mainstay.node.databases.core.Databases3.ALPHA;
import static mainstay.node.databases.core.Databases3.BRAVO;
import static mainstay.node.databases.core.Databases3.CHARLIE;
import static mainstay.node.databases.core.Databases3.DB1;
import static mainstay.node.databases.core.Databases3.DB2;
import static mainstay.node.databases.core.Databases3.DB3;
import static mainstay.node.databases.core.Databases3.VOTERS;
import static mainstay.node.databases.core.Databases3.database;
import static mainstay.node.databases.core.Databases3.first;
import static mainstay.node.databases.core.Databases3.inactive;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mainstay.node.databases.core.AdminRules.Allow;
import mainstay.node.databases.core.AdminRules.Nothing;
import mainstay.node.databases.core.AdminRules.Refuse;
import mainstay.node.databases.core.AdminRules.Verdict;
import mainstay.node.databases.core.DropPolicy.Finding;
import mainstay.node.databases.core.DropPolicy.Probe;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ActiveSet.Role;
import mainstay.protocol.model.ServerId;
import org.junit.jupiter.api.Test;

class AdminRulesTest {
  private static final ActiveSet TWO = first(DB1, DB2);
  private static final ActiveSet ONE = inactive(TWO, "db2");
  private static final ActiveSet HELD = TWO.with("db2", Role.INACTIVE, true, "held");

  private final Map<String, Map<ServerId, Probe>> probes = new HashMap<>();

  @Test
  void nothingIsDoneBeforeASetIsKnown() {
    assertThat(List.of(
            AdminRules.add(Optional.empty(), DB1, Optional.empty()),
            AdminRules.remove(Optional.empty(), "db1"),
            AdminRules.activate(Optional.empty(), "db1"),
            AdminRules.deactivate(Optional.empty(), "db1"),
            AdminRules.check(Optional.empty(), "db1")))
        .allSatisfy(verdict -> refused(verdict, Reason.NO_ACTIVE_SERVER, "no majority"));
  }

  @Test
  void nothingIsDoneWithOneThatIsNotKnown() {
    var known = Optional.of(TWO);

    assertThat(List.of(
            AdminRules.remove(known, "db3"),
            AdminRules.activate(known, "db3"),
            AdminRules.deactivate(known, "db3"),
            AdminRules.check(known, "db3")))
        .allSatisfy(verdict -> refused(
            verdict,
            Reason.NOT_FOUND,
            "there is no database db3; known are db1 active, db2 active"));
  }

  @Test
  void eachNameAndEachAddressIsKnownOnce() {
    assertThat(AdminRules.add(Optional.of(TWO), DB3, Optional.empty())).isEqualTo(new Allow());
    assertThat(AdminRules.add(Optional.of(TWO), DB2, Optional.empty())).isEqualTo(new Nothing());
    refused(
        AdminRules.add(Optional.of(TWO), database("db2", 5439), Optional.empty()),
        Reason.REFUSED_BY_RULE,
        "db2 is known with another address");
    refused(
        AdminRules.add(Optional.of(TWO), database("db3", 5432), Optional.empty()),
        Reason.INVALID,
        "is that of db2; each database needs one of its own");
  }

  @Test
  void oneThatNoServerCouldUseIsNotMadeKnown() {
    refused(
        AdminRules.add(Optional.of(TWO), DB3, Optional.of("of a vendor that nobody knows")),
        Reason.INVALID,
        "of a vendor that nobody knows");
  }

  @Test
  void oneThatIsWrittenIsNotForgotten() {
    assertThat(AdminRules.remove(Optional.of(ONE), "db2")).isEqualTo(new Allow());
    refused(
        AdminRules.remove(Optional.of(TWO), "db2"),
        Reason.REFUSED_BY_RULE,
        "db2 is written in epoch 1; deactivate it first");
  }

  @Test
  void theOnlyActiveOneIsNotTakenOut() {
    assertThat(AdminRules.deactivate(Optional.of(TWO), "db2")).isEqualTo(new Allow());
    assertThat(AdminRules.deactivate(Optional.of(ONE), "db2")).isEqualTo(new Allow());
    assertThat(AdminRules.deactivate(Optional.of(HELD), "db2")).isEqualTo(new Nothing());
    refused(
        AdminRules.deactivate(Optional.of(ONE), "db1"),
        Reason.REFUSED_BY_RULE,
        "db1 is the only active database");
  }

  @Test
  void oneThatIsActiveNeedsNotBeActivatedAndCanBeChecked() {
    assertThat(AdminRules.activate(Optional.of(ONE), "db1")).isEqualTo(new Nothing());
    assertThat(AdminRules.activate(Optional.of(ONE), "db2")).isEqualTo(new Allow());
    assertThat(AdminRules.check(Optional.of(ONE), "db1")).isEqualTo(new Allow());
    refused(AdminRules.check(Optional.of(ONE), "db2"), Reason.REFUSED_BY_RULE, "db2 is not active");
  }

  @Test
  void forceIsRefusedAsSoonAsOneServerReachesAnActiveOne() {
    found("db1", Finding.REACHABLE, CHARLIE);

    assertThat(force(false))
        .hasValueSatisfying(
            verdict -> refused(verdict, Reason.REFUSED_BY_RULE, "db1 is active and answers"));
  }

  @Test
  void forceWaitsForAllAnswersOrTheLimit() {
    found("db1", Finding.REFUSED, ALPHA, BRAVO);
    found("db2", Finding.REACHABLE, ALPHA, BRAVO);

    assertThat(force(false)).isEmpty();
    assertThat(force(true)).contains(new Allow());

    found("db1", Finding.SILENT, CHARLIE);
    found("db2", Finding.SILENT, CHARLIE);

    assertThat(force(false)).contains(new Allow());
  }

  @Test
  void forceNeedsADatabaseThatAnswersAMajority() {
    found("db1", Finding.REFUSED, ALPHA, BRAVO, CHARLIE);
    found("db2", Finding.REACHABLE, ALPHA);

    assertThat(force(true))
        .hasValueSatisfying(verdict ->
            refused(verdict, Reason.REFUSED_BY_RULE, "db2 itself does not answer a majority"));
  }

  private Optional<Verdict> force(boolean over) {
    return AdminRules.force(ONE, "db2", VOTERS, probes, over);
  }

  private void found(String database, Finding finding, ServerId... voters) {
    for (var voter : voters) {
      probes
          .computeIfAbsent(database, name -> new HashMap<>())
          .put(voter, new Probe(finding, "the test says so"));
    }
  }

  private static void refused(Verdict verdict, Reason reason, String detail) {
    assertThat(verdict).isInstanceOfSatisfying(Refuse.class, refuse -> {
      assertThat(refuse.reason()).isEqualTo(reason);
      assertThat(refuse.detail()).contains(detail);
    });
  }
}
