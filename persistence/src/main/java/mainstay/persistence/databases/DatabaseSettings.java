package mainstay.persistence.databases;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import mainstay.persistence.databases.dialect.Vendors;
import mainstay.protocol.model.DatabaseAddress;
import mainstay.protocol.model.PerformanceDatabase;

/**
 * The entries of {@code mainstay.databases} and of the lists of {@code mainstay.sample-databases}; each key is explained
 * in {@code reference.conf}.
 */
public final class DatabaseSettings {
  private static final String KEY = "mainstay.databases";
  private static final String SAMPLES_KEY = "mainstay.sample-databases";
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
    return list(config.getList(KEY), KEY);
  }

  /** Where the databases of a list are configured. */
  public static String key(String list) {
    return list.isEmpty() ? KEY : SAMPLES_KEY + "." + list;
  }

  /**
   * The lists of databases that hold nothing but samples, by name; empty if there are none.
   *
   * @throws IllegalArgumentException as {@link #listFrom}, and if one database stands in two lists, that of the
   *     installation included
   */
  public static Map<String, List<DatabaseAddress>> sampleListsFrom(Config config) {
    if (config.getValue(SAMPLES_KEY).valueType() != ConfigValueType.OBJECT) {
      throw new IllegalArgumentException(
          SAMPLES_KEY + " must be an object of named lists of databases, such as "
              + "{ plant = [ { name = plant1, ... }, { name = plant2, ... } ] }");
    }
    var lists = new TreeMap<String, List<DatabaseAddress>>();
    config.getObject(SAMPLES_KEY).forEach((name, value) -> lists.put(name, samples(name, value)));
    refuseShared(listFrom(config), lists);
    return lists;
  }

  private static List<DatabaseAddress> samples(String name, ConfigValue value) {
    if (!PerformanceDatabase.isName(name)) {
      throw new IllegalArgumentException(
          SAMPLES_KEY + " has a list \"" + name + "\"; a name must start with a lower"
              + " case letter and hold at most 31 lower case letters, digits and hyphens");
    }
    if (!(value instanceof ConfigList values)) {
      throw new IllegalArgumentException(
          key(name) + " = " + value.unwrapped() + " must be a list of databases");
    }
    var databases = list(values, key(name));
    if (name.equals(PerformanceDatabase.LOCAL_LIST) && databases.size() > 1) {
      throw new IllegalArgumentException(
          key(name) + " names " + databases.size()
              + " databases; it is the one database of this server alone, and a cluster of several needs another name");
    }
    return databases;
  }

  /** The same database, or the same name, in two lists: each belongs to one active set, and commands go by the name. */
  private static void refuseShared(
      List<DatabaseAddress> installation, Map<String, List<DatabaseAddress>> lists) {
    var keys = new HashMap<String, String>();
    installation.forEach(database -> refuseShared(database, KEY, keys));
    lists.forEach((name, databases) ->
        databases.forEach(database -> refuseShared(database, key(name), keys)));
  }

  private static void refuseShared(DatabaseAddress database, String key, Map<String, String> keys) {
    for (var part : List.of("database " + place(database), "name " + database.name())) {
      var other = keys.put(part, key);
      if (other != null) {
        throw new IllegalArgumentException("the " + part + " stands in " + other + " and in " + key
            + "; each list needs databases of its own, with names of their own");
      }
    }
  }

  private static List<DatabaseAddress> list(ConfigList values, String key) {
    if (values.isEmpty()) {
      throw new IllegalArgumentException(key + " is empty: "
          + (key.equals(KEY)
              ? "a server needs at least one database"
              : "name a database, or leave it out"));
    }
    var databases = new ArrayList<DatabaseAddress>();
    for (int i = 0; i < values.size(); i++) {
      if (!(values.get(i) instanceof ConfigObject entry)) {
        throw new IllegalArgumentException(key + "[" + i + "] = "
            + values.get(i).unwrapped() + " must be an object with the keys " + sorted(KEYS));
      }
      databases.add(from(entry.toConfig(), key + "[" + i + "]"));
    }
    refuseTwins(databases, key);
    return List.copyOf(databases);
  }

  /** Two names for one database would look like two copies and be one. */
  private static void refuseTwins(List<DatabaseAddress> databases, String key) {
    var byName = new HashMap<String, DatabaseAddress>();
    var byUrl = new HashMap<String, DatabaseAddress>();
    for (var database : databases) {
      if (byName.put(database.name(), database) != null) {
        throw new IllegalArgumentException(key + " names " + database.name() + " twice");
      }
      var twin = byUrl.put(place(database), database);
      if (twin != null) {
        throw new IllegalArgumentException(key + ": " + twin.name() + " and " + database.name()
            + " are the same database " + database.url()
            + "; each needs one of its own, on a machine of its own");
      }
    }
  }

  /** Without the options of the login. */
  private static String place(DatabaseAddress database) {
    return database.url().replaceFirst("\\?.*", "");
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
