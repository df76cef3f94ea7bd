package mainstay.persistence.databases;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import mainstay.persistence.databases.dialect.Vendors;
import mainstay.protocol.model.DatabaseAddress;

/** The entries of {@code mainstay.databases}; each key is explained in {@code reference.conf}. */
public final class DatabaseSettings {
  private static final String KEY = "mainstay.databases";
  private static final Set<String> KEYS =
      Set.of("name", "vendor", "url", "user", "password-file", "password-variable", "weight");

  private DatabaseSettings() {}

  /**
   * The databases of a server, in the order of the file.
   *
   * @throws IllegalArgumentException naming key and value of what is missing, unknown, wrong or given twice
   */
  public static List<DatabaseAddress> listFrom(Config config) {
    if (!config.hasPath(KEY) || config.getValue(KEY).valueType() != ConfigValueType.LIST) {
      throw new IllegalArgumentException(KEY + " must be a list of databases, such as "
          + "[ { name = db1, vendor = postgresql, url = \"jdbc:postgresql://127.0.0.1:5432/mainstay\", "
          + "user = mainstay, password-file = \"/path/db1.password\" } ]");
    }
    var values = config.getList(KEY);
    if (values.isEmpty()) {
      throw new IllegalArgumentException(KEY + " is empty: a server needs at least one database");
    }
    var databases = new ArrayList<DatabaseAddress>();
    for (int i = 0; i < values.size(); i++) {
      if (!(values.get(i) instanceof ConfigObject entry)) {
        throw new IllegalArgumentException(KEY + "[" + i + "] = "
            + values.get(i).unwrapped() + " must be an object with the keys " + sorted(KEYS));
      }
      databases.add(from(entry.toConfig(), KEY + "[" + i + "]"));
    }
    refuseTwins(databases);
    return List.copyOf(databases);
  }

  /** Two names for one database would look like two copies and be one. */
  private static void refuseTwins(List<DatabaseAddress> databases) {
    var byName = new HashMap<String, DatabaseAddress>();
    var byUrl = new HashMap<String, DatabaseAddress>();
    for (var database : databases) {
      if (byName.put(database.name(), database) != null) {
        throw new IllegalArgumentException(KEY + " names " + database.name() + " twice");
      }
      var twin = byUrl.put(database.url().replaceFirst("\\?.*", ""), database);
      if (twin != null) {
        throw new IllegalArgumentException(KEY + ": " + twin.name() + " and " + database.name()
            + " are the same database " + database.url()
            + "; each needs one of its own, on a machine of its own");
      }
    }
  }

  private static DatabaseAddress from(Config entry, String path) {
    entry.root().keySet().stream()
        .filter(key -> !KEYS.contains(key))
        .sorted()
        .findFirst()
        .ifPresent(key -> {
          throw new IllegalArgumentException(
              path + "." + key + " is not known; the keys of a database are " + sorted(KEYS));
        });
    var vendor = text(entry, path, "vendor");
    var name = text(entry, path, "name");
    var url = text(entry, path, "url");
    var user = text(entry, path, "user");
    var passwordFile = optional(entry, path, "password-file");
    var passwordVariable = optional(entry, path, "password-variable");
    int weight = entry.hasPath("weight") ? whole(entry, path, "weight") : 1;
    try {
      Vendors.requireUsable(vendor, url);
      return new DatabaseAddress(name, vendor, url, user, passwordFile, passwordVariable, weight);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(path + "." + e.getMessage(), e);
    }
  }

  private static Optional<String> optional(Config entry, String path, String key) {
    return entry.hasPath(key) ? Optional.of(text(entry, path, key)) : Optional.empty();
  }

  private static int whole(Config entry, String path, String key) {
    try {
      return entry.getInt(key);
    } catch (ConfigException e) {
      throw new IllegalArgumentException(
          path + "." + key + " = \"" + entry.getValue(key).unwrapped()
              + "\" must be a whole number",
          e);
    }
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
    throw new IllegalArgumentException(path + "." + key + " = \"\" must not be empty");
  }

  private static List<String> sorted(Set<String> keys) {
    return keys.stream().sorted().toList();
  }
}
