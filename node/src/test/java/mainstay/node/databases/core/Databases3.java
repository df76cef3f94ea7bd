package mainstay.node.databases.core;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ActiveSet.Role;
import mainstay.protocol.model.DatabaseAddress;
import mainstay.protocol.model.ServerId;

/** Three voters and three databases for tests. */
final class Databases3 {
  static final ServerId ALPHA = new ServerId("alpha");
  static final ServerId BRAVO = new ServerId("bravo");
  static final ServerId CHARLIE = new ServerId("charlie");
  static final Set<ServerId> VOTERS = Set.of(ALPHA, BRAVO, CHARLIE);
  static final DatabaseAddress DB1 = database("db1", 5431);
  static final DatabaseAddress DB2 = database("db2", 5432);
  static final DatabaseAddress DB3 = database("db3", 5433);
  static final Instant NOON = Instant.parse("2026-11-25T12:00:00Z");

  private Databases3() {}

  static DatabaseAddress database(String name, int port) {
    return new DatabaseAddress(
        name,
        DatabaseAddress.POSTGRESQL,
        "jdbc:postgresql://127.0.0.1:" + port + "/mainstay",
        "mainstay",
        Optional.of("/etc/" + name + ".password"),
        Optional.empty(),
        1);
  }

  static ActiveSet first(DatabaseAddress... databases) {
    return ActiveSet.first(List.of(databases));
  }

  static ActiveSet inactive(ActiveSet set, String name) {
    return set.with(name, Role.INACTIVE, false, "the test says so");
  }

  static Agreed agreed(ActiveSet set) {
    return new Agreed("c1", set, "test", NOON);
  }
}
