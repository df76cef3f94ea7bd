package mainstay.persistence.embedded;

import static mainstay.persistence.embedded.EmbeddedPostgres.DATABASE;
import static mainstay.persistence.embedded.EmbeddedPostgres.HOST;
import static mainstay.persistence.embedded.EmbeddedPostgres.USER;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Base64;
import java.util.Optional;
import java.util.Properties;
import org.postgresql.Driver;

/** A real login: the only proof that a server answers and that it is the one of its directory. */
final class Login {
  private static final String NO_SUCH_DATABASE = "3D000";

  private Login() {}

  /** Logs in once and creates our database if it is missing; returns why that failed, empty if it did not. */
  static Optional<SQLException> attempt(EmbeddedPostgresSettings settings, Path data) {
    try (Connection connection = connect(settings, DATABASE)) {
      return requireDirectory(connection, data);
    } catch (SQLException e) {
      return NO_SUCH_DATABASE.equals(e.getSQLState()) ? createDatabase(settings) : Optional.of(e);
    }
  }

  private static Optional<SQLException> createDatabase(EmbeddedPostgresSettings settings) {
    try (Connection connection = connect(settings, "postgres");
        var statement = connection.createStatement()) {
      statement.execute("CREATE DATABASE " + DATABASE);
      return Optional.empty();
    } catch (SQLException e) {
      return Optional.of(e);
    }
  }

  private static Optional<SQLException> requireDirectory(Connection connection, Path data)
      throws SQLException {
    try (var statement = connection.createStatement();
        var row = statement.executeQuery("SHOW data_directory")) {
      row.next();
      Path theirs = Path.of(row.getString(1));
      return Files.isSameFile(theirs, data)
          ? Optional.empty()
          : Optional.of(new SQLException("the server on this port keeps its data in " + theirs));
    } catch (IOException e) {
      return Optional.of(new SQLException(
          "the server on this port keeps its data elsewhere: " + e.getMessage(), e));
    }
  }

  private static Connection connect(EmbeddedPostgresSettings settings, String database)
      throws SQLException {
    var properties = new Properties();
    properties.setProperty("user", USER);
    properties.setProperty("connectTimeout", "5");
    properties.setProperty("socketTimeout", "10");
    try {
      properties.setProperty("password", password(settings));
    } catch (IOException e) {
      throw new EmbeddedPostgresException("cannot read " + passwordFile(settings), e);
    }
    return new Driver()
        .connect("jdbc:postgresql://" + HOST + ":" + settings.port() + "/" + database, properties);
  }

  static Path passwordFile(EmbeddedPostgresSettings settings) {
    Path directory = settings.directory();
    return directory.resolveSibling(directory.getFileName() + ".password");
  }

  /** The password in the file; written there first, at random, if there is none. */
  static String password(EmbeddedPostgresSettings settings) throws IOException {
    Path file = passwordFile(settings);
    if (!Files.exists(file)) {
      byte[] secret = new byte[24];
      new SecureRandom().nextBytes(secret);
      writePrivately(file, Base64.getUrlEncoder().withoutPadding().encodeToString(secret));
    }
    return Files.readString(file).strip();
  }

  static void writePrivately(Path file, String text) throws IOException {
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(file, text);
  }
}
