package mainstay.persistence.databases;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.function.Supplier;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** Opens each session with what a login needs at that moment, so that a changed password counts at once. */
final class LoginSource implements DataSource {
  private static final String WRONG_LOGIN = "28000";

  private final String url;
  private final Supplier<Properties> login;
  private final Begin begin;
  private final Pace pace;

  /** What is done on each session before it is used. */
  @FunctionalInterface
  interface Begin {
    void on(Connection session) throws SQLException;
  }

  /** When a login is tried, and what becomes of one that failed. */
  @FunctionalInterface
  interface Pace {
    /** At once, and once. */
    Pace ONE_ATTEMPT = (failures, failure) -> {
      throw failure;
    };

    /** Returns when the first attempt may begin. */
    default void await() {}

    /**
     * Returns when the login is to be tried again.
     *
     * @param failures in a row, this one included
     * @throws SQLException if it is not
     */
    void failed(int failures, SQLException failure) throws SQLException;

    default void succeeded() {}
  }

  LoginSource(String url, Supplier<Properties> login, Begin begin, Pace pace) {
    this.url = url;
    this.login = login;
    this.begin = begin;
    this.pace = pace;
  }

  @Override
  public Connection getConnection() throws SQLException {
    pace.await();
    for (int failures = 1; ; failures++) {
      try {
        var session = attempt();
        pace.succeeded();
        return session;
      } catch (SQLException e) {
        pace.failed(failures, e);
      }
    }
  }

  private Connection attempt() throws SQLException {
    Properties properties;
    try {
      properties = login.get();
    } catch (IllegalArgumentException e) {
      throw new SQLException(e.getMessage(), WRONG_LOGIN, e);
    }
    var session = DriverManager.getConnection(url, properties);
    try {
      begin.on(session);
      return session;
    } catch (SQLException | RuntimeException e) {
      session.close();
      throw e;
    }
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    throw new SQLFeatureNotSupportedException("user and password are those of the settings");
  }

  @Override
  public PrintWriter getLogWriter() {
    return null;
  }

  @Override
  public void setLogWriter(PrintWriter out) {
    // the drivers log by themselves
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    if (seconds != 0) {
      throw new SQLFeatureNotSupportedException("the limit is part of the login");
    }
  }

  @Override
  public int getLoginTimeout() {
    return 0;
  }

  @Override
  public Logger getParentLogger() throws SQLFeatureNotSupportedException {
    throw new SQLFeatureNotSupportedException("no logger of its own");
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLFeatureNotSupportedException("wraps nothing");
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
