package mainstay.persistence.databases;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValueType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * One entry of {@code mainstay.databases}.
 *
 * @param vendor {@code postgresql}
 * @param passwordFile holds the password and nothing else; read when the first session is opened
 */
public record DatabaseSettings(
    String name, String vendor, String url, String user, Path passwordFile) {
  private static final String KEY = "mainstay.databases";
  private static final Set<String> KEYS = Set.of("name", "vendor", "url", "user", "password-file");
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,30}");
  private static final Pattern URL = Pattern.compile("jdbc:postgresql://[^/?]+/[^/?]+(\\?.*)?");

  /**
   * The databases of a server.
   *
   * @throws IllegalArgumentException naming key and value of what is missing, unknown or wrong
   */
  public static List<DatabaseSettings> listFrom(Config config) {
    if (!config.hasPath(KEY) || config.getValue(KEY).valueType() != ConfigValueType.LIST) {
      throw new IllegalArgumentException(KEY + " must be a list of databases, such as "
          + "[ { name = db1, vendor = postgresql, url = \"jdbc:postgresql://127.0.0.1:5432/mainstay\", "
          + "user = mainstay, password-file = \"/path/db1.password\" } ]");
    }
    var values = config.getList(KEY);
    if (values.size() != 1) {
      throw new IllegalArgumentException(KEY + " lists " + values.size()
          + " databases; this version works with exactly one, so leave one in the list");
    }
    if (!(values.get(0) instanceof ConfigObject entry)) {
      throw new IllegalArgumentException(KEY + "[0] = " + values.get(0).unwrapped()
          + " must be an object with the keys " + sorted(KEYS));
    }
    return List.of(from(entry.toConfig(), KEY + "[0]"));
  }

  private static DatabaseSettings from(Config entry, String path) {
    entry.root().keySet().stream()
        .filter(key -> !KEYS.contains(key))
        .sorted()
        .findFirst()
        .ifPresent(key -> {
          throw new IllegalArgumentException(
              path + "." + key + " is not known; the keys of a database are " + sorted(KEYS));
        });
    String vendor = text(entry, path, "vendor");
    if (!vendor.equals("postgresql")) {
      throw wrong(path, "vendor", vendor, "must be postgresql, the only vendor of this version");
    }
    String name = text(entry, path, "name");
    if (!NAME.matcher(name).matches()) {
      throw wrong(
          path,
          "name",
          name,
          "must start with a lower case letter and hold at most 31 lower case letters, digits and hyphens");
    }
    String url = text(entry, path, "url");
    if (!URL.matcher(url).matches()) {
      throw wrong(path, "url", url, "must have the form jdbc:postgresql://HOST:PORT/DATABASE");
    }
    if (url.contains("user=") || url.contains("password=")) {
      throw new IllegalArgumentException(
          path + ".url must not hold user or password; use the keys user and password-file");
    }
    return new DatabaseSettings(
        name, vendor, url, text(entry, path, "user"), Path.of(text(entry, path, "password-file")));
  }

  private static String text(Config entry, String path, String key) {
    try {
      String value = entry.getString(key);
      if (!value.isBlank()) {
        return value;
      }
    } catch (ConfigException.Missing e) {
      throw new IllegalArgumentException(path + "." + key + " is missing", e);
    } catch (ConfigException.WrongType e) {
      throw new IllegalArgumentException(
          path + "." + key + " = \"" + entry.getValue(key).unwrapped() + "\" must be a text", e);
    }
    throw wrong(path, key, "", "must not be empty");
  }

  private static IllegalArgumentException wrong(
      String path, String key, String value, String what) {
    return new IllegalArgumentException(path + "." + key + " = \"" + value + "\" " + what);
  }

  private static List<String> sorted(Set<String> keys) {
    return keys.stream().sorted().toList();
  }

  /**
   * Line breaks at the end do not belong to the password.
   *
   * @throws IllegalArgumentException naming the file if it cannot be read
   */
  String password() {
    try {
      return Files.readString(passwordFile).stripTrailing();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "cannot read the password of database " + name + " from " + passwordFile + " (" + KEY
              + "[0].password-file): " + e,
          e);
    }
  }
}
