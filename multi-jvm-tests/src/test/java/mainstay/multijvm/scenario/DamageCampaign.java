package mainstay.multijvm.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import mainstay.multijvm.cluster.Await;
import mainstay.multijvm.cluster.ChildDirectory;
import mainstay.multijvm.cluster.SmallDisk;
import mainstay.multijvm.nemesis.Nemesis.KillDatabase;
import mainstay.multijvm.nemesis.Nemesis.StartDatabase;
import mainstay.multijvm.nemesis.Nemesis.Wait;
import mainstay.multijvm.nemesis.WideNemesis.KillAllDatabases;
import mainstay.multijvm.nemesis.WideNemesis.PowerLoss;
import mainstay.multijvm.workload.DriverClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Somebody or something changes what one of two databases holds, behind the back of the servers and while they write. It
 * must be found, the copy left out and repaired, and never copied over the good one.
 *
 * <p>Takes minutes, so it is no part of the build: {@code multi-jvm-tests/campaign damage}.
 */
class DamageCampaign {
  private static final List<String> SERVERS = List.of("alpha", "bravo", "charlie");
  private static final String FIRST_EVENT =
      "from event_journal where persistence_id = 'point|setpoint-1' and sequence_number = 1";
  private static final String LAST_TEN =
      "from event_journal where persistence_id = 'configuration|main' and sequence_number > "
          + "(select max(sequence_number) - 10 from event_journal where persistence_id = 'configuration|main')";

  /** In the first page of a table, whose rows lie at its end: in the middle of one. */
  private static final long IN_A_ROW = 8_000;

  @RegisterExtension
  static final Lab LAB = Lab.onLoopback();

  @ParameterizedTest
  @ValueSource(strings = {"db1", "db2"})
  void aChangedRowIsFoundAndRepaired(String database) throws Exception {
    foundAndRepaired(
        database,
        "a changed row",
        session -> Lab.execute(
            session,
            "update event_journal set event_payload = overlay(event_payload placing '\\x00' from 3) "
                + FIRST_EVENT.substring("from event_journal ".length())),
        "select encode(event_payload, 'hex') " + FIRST_EVENT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"db1", "db2"})
  void tenDeletedLastRowsAreFoundAndRepaired(String database) throws Exception {
    foundAndRepaired(
        database,
        "ten deleted rows",
        session -> Lab.execute(session, "delete " + LAST_TEN),
        "select string_agg(encode(chain, 'hex'), ' ' order by sequence_number) " + LAST_TEN);
  }

  @Test
  void aFlippedBitOnTheDiskIsRepaired() throws Exception {
    var load = LAB.load(SERVERS, Lab.WRITE_INTERVAL);
    try (load) {
      load.awaitWrites(200);
      Path file;
      try (var session = LAB.session("db2")) {
        Lab.execute(
            session, "checkpoint"); // or the log of the database repairs the page at its start
        file = LAB.directory()
            .resolve("db2")
            .resolve("data")
            .resolve(value(session, "select pg_relation_filepath('event_journal')"));
      }
      LAB.strike(new KillDatabase(), "db2");
      LAB.awaitDatabase("db2", false, Limits.SOON, SERVERS);
      flipBit(file);

      long started = LAB.strike(new StartDatabase(), "db2");
      LAB.awaitDatabase("db2", true, Limits.DATABASE_ACTIVE, SERVERS);
      tell("a flipped bit", "db2", "active again", started);
      load.awaitWrites(200);
      assertThat(load.stop()).isEmpty();
    }
    LAB.assertNothingWrong();
  }

  @Test
  void anOldCopyThatIsPutInPlaceIsRepaired() throws Exception {
    var load = LAB.load(SERVERS, Lab.WRITE_INTERVAL);
    try (load) {
      load.awaitWrites(200);
      var data = LAB.directory().resolve("db2").resolve("data");
      var old = LAB.directory().resolve("old-copy-of-db2");
      LAB.strike(new KillDatabase(), "db2");
      ChildDirectory.copy(data, old);
      LAB.strike(new StartDatabase(), "db2");
      LAB.awaitDatabase("db2", true, Limits.DATABASE_ACTIVE, SERVERS);
      load.awaitWrites(200);

      LAB.strike(new KillDatabase(), "db2");
      ChildDirectory.delete(data);
      Files.move(old, data);
      long started = LAB.strike(new StartDatabase(), "db2");
      LAB.awaitDatabase("db2", false, Limits.SOON, SERVERS);
      LAB.awaitDatabase("db2", true, Limits.DATABASE_ACTIVE, SERVERS);
      tell("an old copy", "db2", "active again", started);
      load.awaitWrites(200);
      assertThat(load.stop()).isEmpty();
    }
    LAB.assertNothingWrong();
  }

  @Test
  void aStaleDatabaseInThePlaceOfTheGoodOneServesNothing() throws Exception {
    var load = LAB.load(SERVERS, Duration.ofMillis(100));
    try (load) {
      LAB.dropAndLosePower("db2", "db1", load);
      long dark = DriverClock.nanos();
      swap("db1", "db2");

      LAB.strike(new StartDatabase(), "db1");
      LAB.strike(new StartDatabase(), "db2");
      var answering = LAB.launch(SERVERS);
      LAB.strike(new Wait(Duration.ofSeconds(20)), "db1");
      long back = DriverClock.nanos();
      LAB.assertNothingServed("while the stale database stood in the place of the good one", dark);

      LAB.strike(new KillDatabase(), "db1");
      LAB.strike(new KillDatabase(), "db2");
      swap("db1", "db2");
      LAB.strike(new StartDatabase(), "db1");
      LAB.strike(new StartDatabase(), "db2");
      answering.get(Limits.WHOLE.toSeconds(), TimeUnit.SECONDS);
      LAB.countAsUp(SERVERS, back);
      LAB.awaitWhole();
      load.awaitWrites(50);
      load.stop();
    }
    LAB.assertNothingWrong();
  }

  @Test
  void twoThatBothHaveEverythingAndAreSwappedAreRenamed() throws Exception {
    var load = LAB.load(SERVERS, Lab.WRITE_INTERVAL);
    try (load) {
      load.awaitWrites(200);
      LAB.strike(new KillAllDatabases());
      swap("db1", "db2");
      LAB.strike(new StartDatabase(), "db1");
      long started = LAB.strike(new StartDatabase(), "db2");

      for (var name : List.of("db1", "db2")) {
        try (var session = LAB.session(name)) {
          Await.until(
              name + " says that it is " + name,
              Limits.DAMAGE_FOUND,
              () -> identity(session),
              name::equals);
        }
      }
      tell("a swap", "db1 and db2", "renamed", started);
      load.awaitWrites(200);
      LAB.awaitWhole();
      load.stop();
    }
    LAB.assertNothingWrong();
  }

  @Test
  void swappedWhileNobodyRunsTheyAreRenamedAtTheStart() throws Exception {
    var load = LAB.load(SERVERS, Lab.WRITE_INTERVAL);
    try (load) {
      load.awaitWrites(200);
      LAB.strike(new PowerLoss());
      swap("db1", "db2");
      LAB.strike(new StartDatabase(), "db1");
      LAB.strike(new StartDatabase(), "db2");
      LAB.startTogether(SERVERS);
      LAB.awaitWhole();
      for (var name : List.of("db1", "db2")) {
        try (var session = LAB.session(name)) {
          assertThat(identity(session)).isEqualTo(name);
        }
      }
      load.awaitWrites(50);
      load.stop();
    }
    LAB.assertNothingWrong();
  }

  @Test
  void oneWhoseDiskIsFullIsLeftOutAndReturnsWhenThereIsRoom() throws Exception {
    LAB.strike(new KillDatabase(), "db2");
    try (var disk = SmallDisk.under(LAB.directory().resolve("db2").resolve("data"), 40)) {
      LAB.strike(new StartDatabase(), "db2");
      try (var load = LAB.load(SERVERS, Lab.WRITE_INTERVAL)) {
        LAB.awaitDatabase("db2", true, Limits.DATABASE_ACTIVE, SERVERS);
        load.awaitWrites(200);

        long full = DriverClock.nanos();
        disk.fill();
        try {
          LAB.awaitDatabase("db2", false, Limits.DAMAGE_FOUND, SERVERS);
          tell("a full disk", "db2", "left out", full);
          load.awaitWrites(200);
        } finally {
          disk.empty();
        }
        long room = LAB.startIfItEnded("db2");
        LAB.awaitDatabase("db2", true, Limits.DATABASE_ACTIVE, SERVERS);
        tell("room on the disk", "db2", "active again", room);
        assertThat(LAB.outage(
                "a full disk", full, Duration.ofNanos(room - full), Limits.DATABASE_HANG))
            .isLessThan(Limits.DATABASE_HANG);
        load.awaitWrites(200);
        assertThat(load.stop()).isEmpty();
        LAB.assertNothingWrong();
      } finally {
        LAB.strike(new KillDatabase(), "db2"); // its disk goes
      }
    }
  }

  private static String identity(Connection session) throws SQLException {
    return value(session, "select name from database_identity");
  }

  private interface Damage {
    void to(Connection session) throws SQLException;
  }

  /** @param truth a query whose answer must be the same in both databases afterwards as it was before */
  private static void foundAndRepaired(String database, String what, Damage damage, String truth)
      throws Exception {
    var other = database.equals("db1") ? "db2" : "db1";
    for (int i = 0; i < 12; i++) { // the configuration has some more events than are deleted
      LAB.client("alpha").putConfig("device", "this-machine", device(i), null);
    }
    var load = LAB.load(SERVERS, Lab.WRITE_INTERVAL);
    try (load) {
      load.awaitWrites(200);
      String before;
      try (var good = LAB.session(other)) {
        before = value(good, truth);
      }
      assertThat(before).isNotBlank();

      long damaged = DriverClock.nanos();
      try (var session = LAB.session(database)) {
        damage.to(session);
        assertThat(value(session, truth)).isNotEqualTo(before);
      }
      LAB.awaitDatabase(database, false, Limits.DAMAGE_FOUND, SERVERS);
      tell(what, database, "left out", damaged);
      LAB.awaitDatabase(database, true, Limits.DATABASE_ACTIVE, SERVERS);
      tell(what, database, "active again", damaged);
      load.awaitWrites(200);
      assertThat(load.stop()).isEmpty();

      for (var name : List.of(database, other)) {
        try (var session = LAB.session(name)) {
          assertThat(value(session, truth)).as("in " + name).isEqualTo(before);
        }
      }
    }
    LAB.assertNothingWrong();
  }

  private static String device(int change) {
    return "{\"id\":\"this-machine\",\"name\":\"This machine " + change
        + "\",\"dge\":\"main\",\"address\":\"127.0.0.1\",\"enabled\":true}";
  }

  private static void tell(String what, String database, String state, long since) {
    System.out.println(what + " in " + database + ": " + state + " after "
        + DriverClock.millis(DriverClock.nanos() - since));
  }

  private static void flipBit(Path file) throws Exception {
    try (var channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      var octet = ByteBuffer.allocate(1);
      channel.read(octet, IN_A_ROW);
      octet.put(0, (byte) (octet.get(0) ^ 1)).rewind();
      channel.write(octet, IN_A_ROW);
      channel.force(true);
    }
  }

  /** Both are down: each gets the files and the password of the other, as if somebody had mixed up their addresses. */
  private static void swap(String one, String other) throws Exception {
    swap(
        LAB.directory().resolve(one).resolve("data"),
        LAB.directory().resolve(other).resolve("data"));
    swap(LAB.directory().resolve(one + ".password"), LAB.directory().resolve(other + ".password"));
  }

  private static void swap(Path one, Path other) throws Exception {
    var aside = one.resolveSibling(one.getFileName() + ".aside");
    Files.move(one, aside);
    Files.move(other, one);
    Files.move(aside, other);
  }

  private static String value(Connection session, String query) throws SQLException {
    try (var statement = session.createStatement();
        var row = statement.executeQuery(query)) {
      return row.next() ? row.getString(1) : "";
    }
  }
}
