package mainstay.persistence.testing;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import mainstay.protocol.model.ServiceName;

/** Databases of H2 in the memory of this process. */
public final class H2 implements TestDatabase {
  private static final String USER = "mainstay";
  private static final String PASSWORD = "not-a-secret";
  private static final AtomicInteger DATABASES = new AtomicInteger();

  private final Path passwordFile;
  private final List<String> urls = new CopyOnWriteArrayList<>();

  private H2(Path passwordFile) {
    this.passwordFile = passwordFile;
  }

  public static H2 start() throws IOException {
    return new H2(Files.writeString(Files.createTempFile("mainstay-h2-", ".password"), PASSWORD));
  }

  @Override
  public String vendor() {
    return "h2";
  }

  @Override
  public String user() {
    return USER;
  }

  @Override
  public Path passwordFile() {
    return passwordFile;
  }

  /** It stays when nobody has a session; once killed it is not made anew by a login. */
  @Override
  public String newDatabase() throws SQLException {
    var url = "jdbc:h2:mem:test" + DATABASES.incrementAndGet() + ";MODE=MySQL";
    connect(url + ";DB_CLOSE_DELAY=-1").close();
    urls.add(url + ";IFEXISTS=TRUE");
    return urls.get(urls.size() - 1);
  }

  @Override
  public Connection connect(String url) throws SQLException {
    return DriverManager.getConnection(url, USER, PASSWORD);
  }

  @Override
  public Connection connect(String url, String sessionName) throws SQLException {
    var session = connect(url);
    try (var name = session.prepareStatement(
        "insert into server_session (connection_id, name) values (session_id(), ?)")) {
      name.setString(1, sessionName);
      name.execute();
    }
    return session;
  }

  @Override
  public void kill() {
    for (var url : urls) {
      try (var session = connect(url);
          var statement = session.createStatement()) {
        statement.execute("shutdown immediately");
      } catch (SQLException e) {
        throw new IllegalStateException("database " + url + " could not be killed", e);
      }
    }
    urls.clear();
  }

  @Override
  public void restart() {
    throw new UnsupportedOperationException("what was in memory is gone");
  }

  @Override
  public void holdAsWriter(Connection session, ServiceName service) throws SQLException {
    try (var statement = session.createStatement()) {
      statement.execute("select epoch from active_set where id = 1 for update");
    }
  }

  @Override
  public int waiting(String url) throws SQLException {
    try (var session = connect(url);
        var statement = session.createStatement();
        var row = statement.executeQuery(
            "select count(*) from information_schema.sessions where blocker_id is not null")) {
      row.next();
      return row.getInt(1);
    }
  }

  @Override
  public String seconds(String column) {
    return "extract(epoch from " + column + ")";
  }

  @Override
  public String sessionNumber() {
    return "session_id()";
  }

  @Override
  public void close() throws IOException {
    kill();
    Files.deleteIfExists(passwordFile);
  }
}
