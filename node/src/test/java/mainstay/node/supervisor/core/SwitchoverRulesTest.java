package mainstay.node.supervisor.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import mainstay.node.failover.core.Right;
import mainstay.node.failover.core.ServerState;
import mainstay.node.failover.core.ServiceView;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServerList;
import mainstay.protocol.model.ServiceName;
import org.junit.jupiter.api.Test;

class SwitchoverRulesTest {
  private static final ServerId ALPHA = new ServerId("alpha");
  private static final ServerId BRAVO = new ServerId("bravo");
  private static final ServerId CHARLIE = new ServerId("charlie");
  private static final ServerState READY =
      new ServerState(true, true, Duration.ofMinutes(1), 0, false, true, "");
  private static final ServerState LOADING =
      new ServerState(true, false, Duration.ZERO, 7, false, true, "");

  @Test
  void withoutATargetTheFirstAvailableServerOfTheListIsTaken() {
    var ruling =
        SwitchoverRules.rule(view(Optional.of(ALPHA), LOADING, READY), Optional.empty(), false);

    assertThat(ruling.move()).contains(new SwitchoverRules.Move(ALPHA, CHARLIE, true));
  }

  @Test
  void aMoveToThePrimaryHoldsNothing() {
    var ruling =
        SwitchoverRules.rule(view(Optional.of(BRAVO), READY, READY), Optional.of(ALPHA), false);

    assertThat(ruling.move()).contains(new SwitchoverRules.Move(BRAVO, ALPHA, false));
  }

  @Test
  void whatCannotBeMovedIsRefusedWithTheReason() {
    assertRefused(
        view(Optional.of(ALPHA), READY, READY),
        Optional.of(BRAVO),
        true,
        Reason.REFUSED_BY_RULE,
        "moving already");
    assertRefused(
        view(Optional.empty(), READY, READY),
        Optional.of(BRAVO),
        false,
        Reason.REFUSED_BY_RULE,
        "nobody is active");
    assertRefused(
        view(Optional.of(ALPHA), READY, READY),
        Optional.of(ALPHA),
        false,
        Reason.REFUSED_BY_RULE,
        "alpha is active");
    assertRefused(
        view(Optional.of(ALPHA), READY, READY),
        Optional.of(new ServerId("delta")),
        false,
        Reason.INVALID,
        "delta is not in the list");
    assertRefused(
        view(Optional.of(ALPHA), LOADING, READY),
        Optional.of(BRAVO),
        false,
        Reason.REFUSED_BY_RULE,
        "bravo is synchronising (7 events behind)");
    assertRefused(
        view(Optional.of(ALPHA), LOADING, LOADING),
        Optional.empty(),
        false,
        Reason.REFUSED_BY_RULE,
        "no other server of the list");
  }

  private static void assertRefused(
      ServiceView view, Optional<ServerId> to, boolean moving, Reason reason, String detail) {
    var ruling = SwitchoverRules.rule(view, to, moving);

    assertThat(ruling.move()).isEmpty();
    assertThat(ruling.refusal()).hasValueSatisfying(refusal -> {
      assertThat(refusal.reason()).isEqualTo(reason);
      assertThat(refusal.detail()).contains(detail);
    });
  }

  private static ServiceView view(
      Optional<ServerId> active, ServerState bravo, ServerState charlie) {
    return new ServiceView(
        ServiceName.CONFIGURATION,
        ServerList.of("alpha", "bravo", "charlie"),
        FailbackPolicy.AUTOMATIC,
        Duration.ZERO,
        ALPHA,
        Right.of(true, 3, 3),
        active,
        false,
        4,
        false,
        Set.of(),
        Map.of(ALPHA, READY, BRAVO, bravo, CHARLIE, charlie));
  }
}
