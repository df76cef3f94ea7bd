package mainstay.node.databases.core;

import static mainstay.node.databases.core.Databases3.DB1;
import static mainstay.node.databases.core.Databases3.DB2;
import static mainstay.node.databases.core.Databases3.DB3;
import static mainstay.node.databases.core.Databases3.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import mainstay.node.databases.core.FirstSet.Begin;
import mainstay.node.databases.core.FirstSet.Content;
import mainstay.node.databases.core.FirstSet.Identity;
import mainstay.node.databases.core.FirstSet.Refuse;
import mainstay.protocol.model.ServerId;
import org.junit.jupiter.api.Test;

class FirstSetTest {
  @Test
  void emptyDatabasesCountAll() {
    assertThat(begin(empty(), empty())).satisfies(agreed -> {
      assertThat(agreed.cluster()).isEqualTo("new");
      assertThat(agreed.epoch()).isEqualTo(1);
      assertThat(agreed.set().text()).isEqualTo("db1 active, db2 active");
    });
  }

  @Test
  void theOneThatASingleDatabaseVersionFilledCountsAlone() {
    var agreed = begin(empty(), new Content(0, "", true, Optional.empty()));

    assertThat(agreed.set().text()).isEqualTo("db1 inactive, db2 active");
  }

  @Test
  void severalThatHoldEventsAndHaveNoEpochAreRefused() {
    var full = new Content(0, "", true, Optional.empty());

    assertThat(decide(full, full))
        .isInstanceOfSatisfying(
            Refuse.class,
            refuse -> assertThat(refuse.why()).startsWith("the databases db1, db2 hold events"));
  }

  @Test
  void theNewestEpochSaysWhoCounts() {
    var agreed = begin(
        known(6, "db1 active, db2 active", "db1"), known(7, "db1 inactive, db2 active", "db2"));

    assertThat(agreed.cluster()).isEqualTo("c1");
    assertThat(agreed.epoch()).isEqualTo(8);
    assertThat(agreed.set().text()).isEqualTo("db1 inactive, db2 active");
  }

  @Test
  void whoCountsByTheNewestEpochAndHasNotStoredItIsSynchronisedFirst() {
    var agreed =
        begin(known(3, "db1 active, db2 active", "db1"), known(7, "db1 active, db2 active", "db2"));

    assertThat(agreed.set().text()).isEqualTo("db1 inactive, db2 active");
  }

  @Test
  void aJoiningOneIsSynchronisedAgain() {
    var agreed = begin(
        known(7, "db1 active, db2 joining", "db1"), known(7, "db1 active, db2 joining", "db2"));

    assertThat(agreed.set().text()).isEqualTo("db1 active, db2 inactive");
  }

  @Test
  void theNewestEpochMustNameOneThatIsConfigured() {
    assertThat(FirstSet.decide(
            DatabaseList.INSTALLATION,
            List.of(DB1),
            Map.of("db1", known(7, "db1 inactive, db2 active", "db1")),
            "new",
            "test",
            NOON))
        .isInstanceOfSatisfying(
            Refuse.class,
            refuse -> assertThat(refuse.why())
                .contains("epoch known, 7, counts db1 inactive, db2 active"));
  }

  @Test
  void twoTextsOfOneEpochAreRefused() {
    assertThat(decide(known(7, "db1 active", "db1"), known(7, "db2 active", "db2")))
        .isInstanceOf(Refuse.class);
  }

  @Test
  void swappedAddressesAreNamed() {
    assertThat(decide(
            known(7, "db1 active, db2 active", "db2"), known(7, "db1 active, db2 active", "db1")))
        .isInstanceOfSatisfying(
            Refuse.class,
            refuse -> assertThat(refuse.why())
                .isEqualTo("database at " + DB1.url()
                    + " says it is db2 of cluster c1, the configuration calls it db1 of cluster c1;"
                    + " correct the address"));
  }

  @Test
  void databasesOfTwoClustersAreRefused() {
    var other = new Content(2, "db2 active", true, Optional.of(new Identity("c2", "db2")));

    assertThat(decide(known(7, "db1 active", "db1"), other))
        .isInstanceOfSatisfying(
            Refuse.class, refuse -> assertThat(refuse.why()).contains("{c1=db1, c2=db2}"));
  }

  @Test
  void aFileThatDisagreesWithTheClusterIsToldWhatToDo() {
    var set = Databases3.first(DB1, DB2);

    assertThat(Configured.mismatch(DatabaseList.INSTALLATION, List.of(DB2, DB1), set))
        .isEmpty();
    assertThat(Configured.mismatch(DatabaseList.INSTALLATION, List.of(DB1, DB3), set))
        .hasValueSatisfying(
            why -> assertThat(why).contains("databases add db3").contains("databases remove db2"));
    assertThat(Configured.mismatch(
            DatabaseList.INSTALLATION, List.of(DB1, Databases3.database("db2", 9)), set))
        .hasValueSatisfying(why -> assertThat(why)
            .contains("the file says db2 (postgresql jdbc:postgresql://127.0.0.1:9/mainstay)"));
  }

  @Test
  void ofAnotherListItSaysWhereAndHow() {
    var plant = DatabaseList.cluster("plant");
    var set = Databases3.first(DB1, DB2);

    assertThat(Configured.mismatch(plant, List.of(DB1, DB2, DB3), set))
        .hasValueSatisfying(why -> assertThat(why)
            .startsWith("mainstay.sample-databases.plant of this server")
            .contains("'databases add db3 --cluster plant'"));
  }

  @Test
  void theLocalDatabaseOfAnotherServerIsRefused() {
    var bravo = DatabaseList.local(new ServerId("bravo"));
    var ofAlpha = new Content(
        3, "db1 active", true, Optional.of(new Identity("local to server alpha", "db1")));

    var fresh = FirstSet.decide(bravo, List.of(DB1), Map.of("db1", empty()), "new", "test", NOON);
    var used = FirstSet.decide(bravo, List.of(DB1), Map.of("db1", ofAlpha), "new", "test", NOON);

    assertThat(((Begin) fresh).agreed().cluster()).isEqualTo("local to server bravo");
    assertThat(((Refuse) used).why())
        .contains("says it is db1 of cluster local to server alpha")
        .contains("calls it db1 of cluster local to server bravo");
  }

  private static Content empty() {
    return new Content(0, "", false, Optional.empty());
  }

  private static Content known(long epoch, String members, String name) {
    return new Content(epoch, members, true, Optional.of(new Identity("c1", name)));
  }

  private static FirstSet.Decision decide(Content db1, Content db2) {
    return FirstSet.decide(
        DatabaseList.INSTALLATION,
        List.of(DB1, DB2),
        Map.of("db1", db1, "db2", db2),
        "new",
        "test",
        NOON);
  }

  private static Agreed begin(Content db1, Content db2) {
    return ((Begin) decide(db1, db2)).agreed();
  }
}
