package mainstay.persistence.databases.dialect;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;

/**
 * The vendors whose databases this server can use: those that come with this program, and those for which a jar on its
 * class path brings a {@link Dialect} ({@link ServiceLoader}).
 */
public final class Vendors {
  private static final List<Dialect> OWN = List.of(new PostgreSqlDialect(), new MariaDbDialect());

  private final Map<String, Dialect> dialects = new LinkedHashMap<>();

  /** @throws IllegalStateException if there are two for one vendor */
  Vendors(Iterable<Dialect> brought) {
    OWN.forEach(this::add);
    brought.forEach(this::add);
  }

  private void add(Dialect dialect) {
    var other = dialects.putIfAbsent(dialect.vendor(), dialect);
    if (other != null) {
      throw new IllegalStateException("two dialects for vendor " + dialect.vendor() + ": "
          + other.getClass().getName() + " and " + dialect.getClass().getName()
          + "; take the jar of one of them out of the class path");
    }
  }

  static Vendors known() {
    return new Vendors(ServiceLoader.load(Dialect.class, Dialect.class.getClassLoader()));
  }

  /** @throws IllegalArgumentException beginning with the name of the part that is wrong */
  public static void requireUsable(String vendor, String url) {
    known().require(vendor, url);
  }

  void require(String vendor, String url) {
    var dialect = dialect(vendor);
    if (!dialect.isAddress(url)) {
      throw new IllegalArgumentException(
          "url = \"" + url + "\" must have the form " + dialect.addressForm());
    }
  }

  Dialect dialect(String vendor) {
    var dialect = dialects.get(vendor);
    if (dialect == null) {
      throw new IllegalArgumentException(
          "vendor = \"" + vendor + "\" must be one of " + dialects.keySet());
    }
    return dialect;
  }
}
