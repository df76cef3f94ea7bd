package mainstay.node.failover.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import mainstay.protocol.message.ServiceHost.State;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.Fitness;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServerList;
import mainstay.protocol.model.ServiceName;
import mainstay.protocol.model.ServiceSettings;
import org.junit.jupiter.api.Test;

class RedundancyTest {
  private static final ServerId ALPHA = new ServerId("alpha");
  private static final ServerId BRAVO = new ServerId("bravo");
  private static final ServerId CHARLIE = new ServerId("charlie");
  private static final ServiceName SERVICE = ServiceName.CONFIGURATION;
  private static final Duration LONG = Duration.ofSeconds(5);

  private final Knowledge knowledge =
      new Knowledge(ALPHA, new Knowledge.Patience(LONG, LONG, LONG, LONG), LONG);

  @Test
  void oneBackupThatIsReadyIsEnough() {
    says(ALPHA, State.ACTIVE, 0, "1", Fitness.FIT);
    says(BRAVO, State.STANDBY, 0, "1", Fitness.FIT);

    assertThat(warnings("alpha", "bravo", "charlie")).isEmpty();
  }

  @Test
  void withoutABackupThatIsReadyItSaysWhatIsWrongWithEach() {
    says(ALPHA, State.ACTIVE, 0, "1", Fitness.FIT);
    says(BRAVO, State.SYNCHRONISING, 1, "1", Fitness.FIT);

    assertThat(warnings("alpha", "bravo", "charlie"))
        .containsExactly(
            "nobody can take over from alpha: bravo is synchronising (1 events behind),"
                + " charlie is not there");
  }

  @Test
  void aBackupThatIsUnfitIsNone() {
    says(ALPHA, State.ACTIVE, 0, "1", Fitness.FIT);
    says(BRAVO, State.STANDBY, 0, "1", new Fitness(List.of("its disk is short")));

    assertThat(warnings("alpha", "bravo"))
        .containsExactly("nobody can take over from alpha: bravo is unfit: its disk is short");
  }

  @Test
  void anotherVersionIsNamed() {
    says(ALPHA, State.ACTIVE, 0, "1", Fitness.FIT);
    says(BRAVO, State.STANDBY, 0, "1", Fitness.FIT);
    says(CHARLIE, State.STANDBY, 0, "2", Fitness.FIT);

    assertThat(warnings("alpha", "bravo", "charlie"))
        .containsExactly("charlie runs version 2 of this program, alpha runs 1");
  }

  @Test
  void aListOfOneWasMeantSo() {
    says(ALPHA, State.ACTIVE, 0, "1", Fitness.FIT);

    assertThat(warnings("alpha")).isEmpty();
  }

  private List<String> warnings(String... list) {
    var settings = new ServiceSettings(
        ServiceSettings.DEFAULT_ID, ServerList.of(list), FailbackPolicy.AUTOMATIC, false);
    var view = knowledge.view(SERVICE, new ServiceDirectory(1, Map.of(SERVICE, settings)), 0);
    return Redundancy.warnings(view, knowledge);
  }

  private void says(ServerId server, State state, int mode, String version, Fitness fitness) {
    knowledge.member(new Member(server, server + "-1", true, Member.Status.UP, true), 0);
    knowledge.reported(
        Reports.server(server, version, fitness, Reports.host(SERVICE, state, 1, mode, false)), 0);
  }
}
