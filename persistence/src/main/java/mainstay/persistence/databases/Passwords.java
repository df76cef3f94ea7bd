package mainstay.persistence.databases;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import mainstay.protocol.model.DatabaseAddress;

/** Where a login gets its password. Asked anew for every login, so a password can be changed without a restart. */
final class Passwords {
  private Passwords() {}

  /**
   * Line breaks at the end do not belong to the password.
   *
   * @throws IllegalArgumentException naming the database and the file or variable that does not give one
   */
  static String of(DatabaseAddress database) {
    if (database.passwordVariable().isPresent()) {
      var name = database.passwordVariable().get();
      var value = System.getenv(name);
      if (value == null) {
        throw new IllegalArgumentException("the password of database " + database.name()
            + " is to be in the environment variable " + name
            + " (password-variable), which is not set");
      }
      return value;
    }
    var file = Path.of(database.passwordFile().orElseThrow());
    try {
      return Files.readString(file).stripTrailing();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "cannot read the password of database " + database.name() + " from " + file
              + " (password-file): " + e,
          e);
    }
  }
}
