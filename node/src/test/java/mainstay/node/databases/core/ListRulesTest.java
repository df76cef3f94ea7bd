package mainstay.node.databases.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.model.DatabaseAddress;
import mainstay.protocol.model.Principal;
import mainstay.protocol.model.Role;
import org.junit.jupiter.api.Test;

class ListRulesTest {
  private static final Set<String> LISTS = Set.of("plant", "local");
  private static final DatabaseAddress DB1 = Databases3.DB1;
  private static final DatabaseAddress DB2 = Databases3.DB2;
  private static final DatabaseAddress DB3 = Databases3.DB3;

  @Test
  void aNameLeadsToItsListAndAnUnknownOneToTheInstallation() {
    var rows = List.of(row(DB1, ""), row(DB2, "plant"));

    assertThat(ListRules.listOf("db1", rows)).isEmpty();
    assertThat(ListRules.listOf("db2", rows)).isEqualTo("plant");
    assertThat(ListRules.listOf("db9", rows)).isEmpty();
  }

  @Test
  void aDatabaseThatIsInNoOtherListMayBeAdded() {
    var rows = List.of(row(DB1, ""), row(DB2, "plant"));

    assertThat(refusal(DB3, "", rows)).isEmpty();
    assertThat(refusal(DB3, "plant", rows)).isEmpty();
    assertThat(refusal(DB2, "plant", rows)).isEmpty(); // known there: its coordinator knows how
  }

  @Test
  void aDatabaseOfAnotherListIsRefusedByNameAndByAddress() {
    var rows = List.of(row(DB1, ""), row(DB2, "plant"));
    var again = new DatabaseAddress(
        "other",
        DB1.vendor(),
        DB1.url() + "?x=1",
        DB1.user(),
        DB1.passwordFile(),
        DB1.passwordVariable(),
        1);

    assertThat(refusal(DB2, "", rows))
        .hasValueSatisfying(refusal -> assertThat(refusal.detail())
            .startsWith("database db2 (")
            .contains("belongs to cluster plant"));
    assertThat(refusal(again, "plant", rows))
        .hasValueSatisfying(refusal -> assertThat(refusal.detail())
            .startsWith("database db1 (")
            .contains("belongs to the installation"));
  }

  @Test
  void aListThatCannotGrowIsRefused() {
    assertThat(refusal(DB3, "lab", List.of()))
        .hasValueSatisfying(
            refusal -> assertThat(refusal.detail())
                .isEqualTo(
                    "there is no cluster lab in mainstay.sample-databases of this server; known are plant"));
    assertThat(refusal(DB3, "local", List.of()))
        .hasValueSatisfying(refusal -> assertThat(refusal.detail()).contains("is one database"));
  }

  private static Optional<Rejected> refusal(
      DatabaseAddress database, String cluster, List<DatabaseAdmin.Database> rows) {
    return ListRules.refusal(
        new DatabaseAdmin.Add(database, cluster, new Principal("ada", Role.ADMIN), null),
        LISTS,
        rows);
  }

  private static DatabaseAdmin.Database row(DatabaseAddress database, String cluster) {
    return new DatabaseAdmin.Database(
        database.name(),
        cluster,
        database.vendor(),
        database.url(),
        true,
        "active",
        "",
        1,
        1,
        0,
        Optional.empty(),
        "",
        Optional.empty());
  }
}
