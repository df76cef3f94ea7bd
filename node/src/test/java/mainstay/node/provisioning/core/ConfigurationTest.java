package mainstay.node.provisioning.core;

import static mainstay.node.provisioning.core.Samples.ADMIN;
import static mainstay.node.provisioning.core.Samples.ALL;
import static mainstay.node.provisioning.core.Samples.ALPHA;
import static mainstay.node.provisioning.core.Samples.BRAVO;
import static mainstay.node.provisioning.core.Samples.ENGINEER;
import static mainstay.node.provisioning.core.Samples.NOON;
import static mainstay.node.provisioning.core.Samples.accepted;
import static mainstay.node.provisioning.core.Samples.begun;
import static mainstay.node.provisioning.core.Samples.delete;
import static mainstay.node.provisioning.core.Samples.device;
import static mainstay.node.provisioning.core.Samples.on;
import static mainstay.node.provisioning.core.Samples.point;
import static mainstay.node.provisioning.core.Samples.put;
import static mainstay.node.provisioning.core.Samples.request;
import static mainstay.node.provisioning.core.Samples.settings;
import static mainstay.node.provisioning.core.Samples.test;
import static mainstay.node.provisioning.core.Samples.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import mainstay.protocol.message.Precondition;
import mainstay.protocol.message.Provisioning;
import mainstay.protocol.message.Provisioning.DeleteObject;
import mainstay.protocol.message.Provisioning.PutObject;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceReply.Change;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.message.ServiceReply.Revisioned;
import mainstay.protocol.message.ServiceReply.Written;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.Dge;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.ObjectKind;
import mainstay.protocol.model.PerformanceDatabase;
import mainstay.protocol.model.ServiceName;
import mainstay.protocol.model.ServiceSettings;
import mainstay.protocol.model.TestDefinition;
import org.junit.jupiter.api.Test;

class ConfigurationTest {
  // ---- versions and revisions

  @Test
  void aConfigurationBeginsWithDefaultSettingsInTheFirstOrderOfTheServers() {
    var configuration = begun();

    assertThat(configuration.version()).isEqualTo(1);
    assertThat(configuration.settingsFor(ServiceName.dge("main")))
        .isEqualTo(new ServiceSettings("default", ALL, FailbackPolicy.AUTOMATIC, false));
    assertThat(configuration.history(0, 10))
        .singleElement()
        .satisfies(change -> assertThat(change.author()).isEqualTo("system"));
  }

  @Test
  void aNewObjectGetsRevisionOneAndTheNextVersion() {
    var outcome = begun().decide(put(device("db-1")), request());

    assertThat(outcome.reply()).isEqualTo(new Written(2, 1, 7, true));
    assertThat(begun().apply(outcome.events().get(0)).find(ObjectKind.DEVICE, "db-1"))
        .contains(new Revisioned(device("db-1"), 1));
  }

  @Test
  void aChangedObjectGetsTheNextRevision() {
    var renamed = new Device("db-1", "Another name", "main", "127.0.0.1", true);

    var outcome = with(device("db-1")).decide(put(renamed), request());

    assertThat(outcome.reply()).isEqualTo(new Written(3, 2, 7, false));
  }

  @Test
  void puttingWhatIsAlreadyThereStoresNothingAndAnswersWithTheCurrentRevision() {
    var outcome = with(device("db-1")).decide(put(device("db-1")), request());

    assertThat(outcome.events()).isEmpty();
    assertThat(outcome.reply()).isEqualTo(new Written(2, 1, 7, false));
  }

  @Test
  void aDeletedObjectIsGoneAndItsReplyHasRevisionZero() {
    var configuration = with(device("db-1"));

    var outcome = configuration.decide(delete(ObjectKind.DEVICE, "db-1"), request());

    assertThat(outcome.reply()).isEqualTo(new Written(3, 0, 7, false));
    assertThat(configuration.apply(outcome.events().get(0)).device("db-1")).isEmpty();
  }

  @Test
  void anObjectThatIsCreatedAgainNeverRepeatsARevision() {
    var deleted = accepted(with(device("db-1")), delete(ObjectKind.DEVICE, "db-1"));

    var outcome = deleted.decide(put(device("db-1")), request());

    assertThat(outcome.reply()).isEqualTo(new Written(4, 2, 7, true));
  }

  @Test
  void whatDoesNotExistCannotBeDeleted() {
    assertRejected(
        begun(), delete(ObjectKind.POINT, "p"), Reason.NOT_FOUND, "there is no point 'p'");
  }

  // ---- preconditions

  @Test
  void aChangeThatExpectsAnotherRevisionIsRefusedNamingBoth() {
    var renamed = new Device("db-1", "Another name", "main", "127.0.0.1", true);

    assertRejected(
        with(device("db-1")),
        put(renamed, Precondition.revision(4)),
        Reason.STALE_REVISION,
        "device 'db-1' is at revision 1, but the request expects revision 4; read it again before you change it");
  }

  @Test
  void aChangeThatExpectsTheCurrentRevisionIsAccepted() {
    var renamed = new Device("db-1", "Another name", "main", "127.0.0.1", true);

    assertThat(with(device("db-1"))
            .decide(put(renamed, Precondition.revision(1)), request())
            .events())
        .hasSize(1);
  }

  @Test
  void aCreationIsRefusedWhereTheObjectExists() {
    assertRejected(
        with(device("db-1")),
        put(device("db-1"), Precondition.ABSENT),
        Reason.STALE_REVISION,
        "device 'db-1' is at revision 1, but the request expects that it does not exist; "
            + "read it again before you change it");
  }

  @Test
  void aChangeOfARevisionIsRefusedWhereNothingExists() {
    assertRejected(
        begun(),
        put(device("db-1"), Precondition.revision(1)),
        Reason.STALE_REVISION,
        "device 'db-1' does not exist, but the request expects revision 1; read it again before you change it");
  }

  @Test
  void aDeletionThatExpectsAnotherRevisionIsRefused() {
    var deletion = new DeleteObject(ObjectKind.DEVICE, "db-1", Precondition.revision(2), "");

    assertThat(with(device("db-1")).decide(deletion, request()).reply())
        .isInstanceOfSatisfying(
            Rejected.class,
            rejected -> assertThat(rejected.reason()).isEqualTo(Reason.STALE_REVISION));
  }

  // ---- repeated requests

  @Test
  void aRepeatedRequestGetsTheFirstReplyAndStoresNothing() {
    var first = begun().decide(put(device("db-1")), request("r"));
    var later = accepted(begun().apply(first.events().get(0)), put(device("db-2")));

    var again = later.decide(put(device("db-1")), request("r"));

    assertThat(again.reply()).isEqualTo(first.reply());
    assertThat(again.events()).isEmpty();
  }

  @Test
  void aRepeatedDeletionGetsTheFirstReplyAlthoughNothingIsLeftToDelete() {
    var deletion = delete(ObjectKind.DEVICE, "db-1");
    var deleted = accepted(with(device("db-1")), deletion, request("r"));

    assertThat(deleted.decide(deletion, request("r")).reply())
        .isEqualTo(new Written(3, 0, 7, false));
  }

  @Test
  void aRepetitionIsRecognisedOnABackupThatRefusesChanges() {
    var changed = accepted(begun(), put(device("db-1")), request("r"));
    var onBackup = new RequestContext("r", ENGINEER, NOON, 8, BRAVO, request().allowed());

    assertThat(changed.decide(put(device("db-1")), onBackup).reply())
        .isEqualTo(new Written(2, 1, 7, true));
  }

  @Test
  void aRequestIdThatWasUsedForAnotherRequestIsRefusedSayingSo() {
    var changed = accepted(begun(), put(device("db-1")), request("r"));

    var outcome = changed.decide(put(device("db-2")), request("r"));

    assertThat(outcome.events()).isEmpty();
    assertThat(outcome.reply())
        .isEqualTo(Rejected.of(
            Reason.INVALID,
            "request id 'r' was used before, when version 2 was stored (eve: device 'db-1' created); "
                + "use a new id for another request"));
  }

  @Test
  void aRequestIdOfAnotherUserIsRefused() {
    var changed = accepted(begun(), put(device("db-1")), request("r"));
    var ofAnother = new RequestContext("r", ADMIN, NOON, 7, ALPHA, request().allowed());

    assertThat(changed.decide(put(device("db-1")), ofAnother).reply()).isInstanceOf(Rejected.class);
  }

  @Test
  void requestsWithoutAnIdAreNeverTakenForRepetitions() {
    var changed = accepted(begun(), put(device("db-1")), request(""));

    assertThat(changed.decide(put(device("db-2")), request("")).events()).hasSize(1);
  }

  @Test
  void theLastThousandChangesAreRememberedAndNotMore() {
    var configuration = accepted(begun(), put(device("db-1")), request("first"));
    for (int i = 0; i < Configuration.REMEMBERED; i++) {
      configuration =
          accepted(configuration, put(new Device("db-1", "Name " + i, "main", "127.0.0.1", true)));
    }

    assertThat(configuration.recent()).hasSize(1_000);
    assertThat(configuration.decide(put(device("db-1")), request("first")).events())
        .hasSize(1);
    assertThat(configuration.history(0, 1_000))
        .extracting(Change::version)
        .startsWith(3L)
        .endsWith(1_002L);
  }

  // ---- who may change it, and when

  @Test
  void configurationChangesAreRefusedWhileABackupServesNamingPrimaryAndActingServer() {
    var outcome = begun().decide(put(device("db-1")), on(BRAVO, ENGINEER));

    assertThat(outcome.events()).isEmpty();
    assertThat(outcome.reply())
        .isEqualTo(Rejected.of(
            Reason.REFUSED_BY_RULE,
            "configuration is changed only while its primary server alpha serves it, and now the backup bravo does; "
                + "wait for alpha to return, or have an admin put another server first in the list of service "
                + "'configuration'"));
  }

  @Test
  void deletionsAreRefusedWhileABackupServes() {
    var outcome = with(device("db-1")).decide(delete(ObjectKind.DEVICE, "db-1"), on(BRAVO, ADMIN));

    assertThat(outcome.reply()).isInstanceOf(Rejected.class);
  }

  @Test
  void anAdminReplacesALostPrimaryOnABackup() {
    var request = on(BRAVO, ADMIN);

    var changed = accepted(begun(), put(settings("configuration", "bravo", "alpha")), request);

    assertThat(changed.decide(put(device("db-1")), on(BRAVO, ENGINEER)).events())
        .hasSize(1);
    assertThat(changed.decide(put(device("db-1")), on(ALPHA, ENGINEER)).events())
        .isEmpty();
  }

  @Test
  void anEngineerCannotReplaceThePrimaryOnABackup() {
    var outcome =
        begun().decide(put(settings("configuration", "bravo", "alpha")), on(BRAVO, ENGINEER));

    assertThat(outcome.events()).isEmpty();
  }

  @Test
  void aBackupAcceptsConfigurationWhereTheSettingsOfTheServiceSaySo() {
    var open = accepted(
        begun(), put(new ServiceSettings("configuration", ALL, FailbackPolicy.AUTOMATIC, true)));

    assertThat(open.decide(put(device("db-1")), on(BRAVO, ENGINEER)).events()).hasSize(1);
  }

  // ---- what depends on what

  @Test
  void aDeviceWithTestsCannotBeDeletedAndTheRefusalNamesSome() {
    var configuration = with(device("db-1"));
    for (int i = 1; i <= 7; i++) {
      configuration = accepted(configuration, put(test("cpu-" + i, "db-1")));
    }

    assertRejected(
        configuration,
        delete(ObjectKind.DEVICE, "db-1"),
        Reason.REFUSED_BY_RULE,
        "device 'db-1' has 7 tests: cpu-1, cpu-2, cpu-3, cpu-4, cpu-5, ...; delete or move its tests first");
  }

  @Test
  void aDeviceCanBeDeletedWhenItsLastTestIsGone() {
    var configuration =
        accepted(with(device("db-1"), test("cpu", "db-1")), delete(ObjectKind.TEST, "cpu"));

    assertThat(
            configuration.decide(delete(ObjectKind.DEVICE, "db-1"), request()).events())
        .hasSize(1);
  }

  @Test
  void theDefaultSettingsCannotBeDeleted() {
    assertRejected(
        begun(),
        delete(ObjectKind.SERVICE, "default"),
        Reason.REFUSED_BY_RULE,
        "the default settings hold for every service without its own and cannot be deleted; change them instead");
  }

  @Test
  void aServiceWithoutItsOwnSettingsUsesTheDefaultOnesAgain() {
    var configuration = with(settings("dge/main", "charlie", "bravo"));
    assertThat(configuration
            .settingsFor(ServiceName.dge("main"))
            .serverList()
            .primary()
            .value())
        .isEqualTo("charlie");

    configuration = accepted(configuration, delete(ObjectKind.SERVICE, "dge/main"));

    assertThat(configuration.settingsFor(ServiceName.dge("main")).id()).isEqualTo("default");
  }

  @Test
  void anEngineStoresItsSamplesWhereItsObjectSays() {
    var configuration =
        with(device("db-1"), new Dge("main", "", PerformanceDatabase.cluster("plant")));
    assertThat(configuration.dgeConfiguration("main").performanceDatabase())
        .isEqualTo(PerformanceDatabase.cluster("plant"));

    configuration = accepted(configuration, delete(ObjectKind.DGE, "main"));

    assertThat(configuration.dgeConfiguration("main").performanceDatabase())
        .isEqualTo(PerformanceDatabase.INSTALLATION);
  }

  @Test
  void moreIdsThanTheLimitAreRefusedAndFreedOnesCanBeUsedAgain() {
    Map<String, Long> used = new TreeMap<>();
    for (int i = 0; i < Configuration.MAX_IDS; i++) {
      used.put("p" + i, 1L);
    }
    var full = new Configuration(1, begun().objects(), Map.of("point", used), List.of());

    assertRejected(
        full,
        put(point("one-more")),
        Reason.REFUSED_BY_RULE,
        "the configuration has used 1000000 different ids of kind 'point', which is its limit; "
            + "use the id of a deleted one again instead of 'one-more'");
    assertThat(full.decide(put(point("p17")), request()).events()).hasSize(1);
  }

  // ---- lookups

  @Test
  void theServicesAreTheConfigurationAndEveryEngineThatIsNamed() {
    var configuration = with(
        device("db-1"),
        new Device("db-2", "", "east", "db2.example", false),
        settings("dge/west", "alpha"));

    assertThat(configuration.services())
        .extracting(ServiceName::value)
        .containsExactly("configuration", "dge/east", "dge/main", "dge/west");
  }

  @Test
  void anEngineGetsItsEnabledDevicesWithTheirEnabledTests() {
    var disabledDevice = new Device("off", "", "main", "127.0.0.1", false);
    var elsewhere = new Device("far", "", "east", "127.0.0.1", true);
    var t = test("disabled-test", "db-1");
    var disabledTest = new TestDefinition(
        t.id(),
        t.device(),
        t.kind(),
        t.name(),
        t.interval(),
        t.timeout(),
        t.unit(),
        false,
        t.parameters());
    var configuration = with(
        device("db-1"),
        disabledDevice,
        elsewhere,
        test("b", "db-1"),
        test("a", "db-1"),
        test("c", "off"),
        test("d", "far"),
        disabledTest);

    var ofMain = configuration.dgeConfiguration("main");

    assertThat(ofMain.version()).isEqualTo(configuration.version());
    assertThat(ofMain.devices()).containsExactly(device("db-1"));
    assertThat(ofMain.tests()).containsExactly(test("a", "db-1"), test("b", "db-1"));
  }

  @Test
  void beforeItsFirstChangeAConfigurationSaysThatItHasNoSettings() {
    assertThatThrownBy(() -> Configuration.initial().settingsFor(ServiceName.CONFIGURATION))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the configuration at version 0 has no default settings for service configuration");
  }

  @Test
  void theHistorySaysWhoChangedWhatWhenAndWhy() {
    var configuration =
        accepted(begun(), new PutObject(device("db-1"), Precondition.NONE, "new rack"));

    assertThat(configuration.history(1, 10))
        .containsExactly(
            new Change(2, ObjectKind.DEVICE, "db-1", "created", 1, NOON, "eve", "new rack", 7));
  }

  // ---- size

  @Test
  void aChangeOfALargeConfigurationSharesAlmostAllWithTheOldOne() {
    var configuration = with(device("db-1"));
    for (int i = 0; i < 10_000; i++) {
      configuration = accepted(configuration, put(test("test-" + i, "db-1")));
    }
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    var changes = 500;

    long before = threads.getCurrentThreadAllocatedBytes();
    for (int i = 0; i < changes; i++) {
      var t = test("test-" + i * 13, "db-1");
      configuration = accepted(
          configuration,
          put(new TestDefinition(
              t.id(),
              t.device(),
              t.kind(),
              "Name " + i,
              t.interval(),
              t.timeout(),
              t.unit(),
              true,
              t.parameters())));
    }
    long bytes = (threads.getCurrentThreadAllocatedBytes() - before) / changes;

    assertThat(bytes)
        .as("bytes allocated by one change; a copy of the map would be 400,000")
        .isLessThan(60_000);
  }

  private static void assertRejected(
      Configuration configuration, Provisioning.Write write, Reason reason, String detail) {
    var outcome = configuration.decide(write, request());

    assertThat(outcome.reply()).isEqualTo((ServiceReply) Rejected.of(reason, detail));
    assertThat(outcome.events()).isEmpty();
  }
}
