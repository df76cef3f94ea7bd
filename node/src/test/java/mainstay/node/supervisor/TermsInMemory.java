package mainstay.node.supervisor;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.atomic.AtomicInteger;
import mainstay.persistence.databases.ConnectionLimits;
import mainstay.persistence.databases.Database;
import mainstay.persistence.databases.DatabaseSettings;
import mainstay.persistence.databases.SessionName;
import mainstay.persistence.term.TermStore;
import mainstay.protocol.model.ServerId;

/** The real store of terms on a database that knows the few statements about terms and nothing else. */
final class TermsInMemory implements AutoCloseable {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  private final String url = "jdbc:terms-in-memory:" + NUMBER.incrementAndGet();
  private final Driver driver =
      fake(Driver.class, (self, method, arguments) -> switch (method.getName()) {
        case "acceptsURL" -> url.equals(arguments[0]);
        case "connect" -> url.equals(arguments[0]) ? connection() : null;
        case "equals" -> self == arguments[0];
        case "hashCode" -> System.identityHashCode(self);
        default -> nothing(method.getReturnType());
      });
  private final Map<Object, Object[]> current = new ConcurrentHashMap<>();
  private final ConcurrentLinkedDeque<Object[]> history = new ConcurrentLinkedDeque<>();
  private final AtomicInteger refusals = new AtomicInteger();
  private final Instant at;
  private final Database database;

  /** @param at when every term is taken */
  TermsInMemory(Path directory, ConnectionLimits limits, Instant at) throws Exception {
    this.at = at;
    DriverManager.registerDriver(driver);
    var password = Files.writeString(directory.resolve("password"), "secret");
    var open = Database.class.getDeclaredConstructor(
        DatabaseSettings.class, ConnectionLimits.class, SessionName.class);
    open.setAccessible(true);
    database = open.newInstance(
        new DatabaseSettings("terms", "memory", url, "mainstay", password),
        limits,
        new SessionName(new ServerId("alpha"), "alpha-1"));
  }

  TermStore store() {
    return new TermStore(database);
  }

  void refuseNext(int statements) {
    refusals.set(statements);
  }

  int refusalsLeft() {
    return refusals.get();
  }

  @Override
  public void close() throws SQLException {
    database.close();
    DriverManager.deregisterDriver(driver);
  }

  private Connection connection() {
    return fake(Connection.class, (self, method, arguments) -> switch (method.getName()) {
      case "isValid" -> true;
      case "createStatement" -> fake(Statement.class, (s, m, a) -> nothing(m.getReturnType()));
      case "prepareStatement" -> statement((String) arguments[0]);
      default -> nothing(method.getReturnType());
    });
  }

  private PreparedStatement statement(String sql) {
    var parameters = new HashMap<Object, Object>();
    return fake(PreparedStatement.class, (self, method, arguments) -> switch (method.getName()) {
      case "setString", "setInt", "setLong" -> {
        parameters.put(arguments[0], arguments[1]);
        yield null;
      }
      case "executeQuery" -> rows(query(sql, parameters).iterator());
      case "executeUpdate" -> update(sql, parameters);
      default -> nothing(method.getReturnType());
    });
  }

  private List<Object[]> query(String sql, Map<Object, Object> p) throws SQLException {
    if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
      throw new SQLException("not now", "57P03");
    }
    if (sql.startsWith("select 1 from written_off")) {
      return List.of();
    }
    if (sql.startsWith("select service, term")) {
      var row = current.get(p.get(1));
      return row == null ? List.of() : List.<Object[]>of(row);
    }
    if (sql.startsWith("select term, server, incarnation, why, taken_at")) {
      return history.stream()
          .filter(row -> row[5].equals(p.get(1)))
          .limit((Integer) p.get(2))
          .toList();
    }
    throw new SQLException("unknown statement: " + sql);
  }

  private int update(String sql, Map<Object, Object> p) throws SQLException {
    if (sql.startsWith("insert into service_term_history ")) {
      history.addFirst(new Object[] {
        p.get(1), p.get(2), p.get(3), p.get(5), at.atOffset(ZoneOffset.UTC), p.get(4)
      });
      return 1;
    }
    var was = current.get(p.get(4));
    boolean expected = sql.startsWith("update service_term ")
        ? was != null && was[1].equals(p.get(5))
        : was == null;
    if (expected) {
      current.put(p.get(4), new Object[] {p.get(4), p.get(1), p.get(2), p.get(3)});
    }
    return expected ? 1 : 0;
  }

  private static ResultSet rows(Iterator<Object[]> rows) {
    var row = new Object[1][];
    return fake(ResultSet.class, (self, method, arguments) -> switch (method.getName()) {
      case "next" -> {
        boolean more = rows.hasNext();
        row[0] = more ? rows.next() : null;
        yield more;
      }
      case "getString", "getLong", "getObject" -> row[0][(Integer) arguments[0] - 1];
      default -> nothing(method.getReturnType());
    });
  }

  private static <T> T fake(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(
        TermsInMemory.class.getClassLoader(), new Class<?>[] {type}, handler));
  }

  private static Object nothing(Class<?> type) {
    if (type == boolean.class) {
      return false;
    }
    return type == int.class ? (Object) 0 : type == long.class ? (Object) 0L : null;
  }
}
