package mainstay.protocol.model;

import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Where a database is and how to log in. Holds no password, only where each server finds it.
 *
 * @param name lower case letters, digits, hyphens; unique in the cluster
 * @param vendor whose product it is, as its JDBC addresses name it; which ones a server can use, its dialects say
 * @param url JDBC address without user and password
 * @param passwordFile file that holds the password and nothing else, read at every login
 * @param passwordVariable environment variable that holds the password; exactly one of the two is given
 * @param weight share of the reads that it gets among equally loaded databases, 1 to 100
 */
public record DatabaseAddress(
    String name,
    String vendor,
    String url,
    String user,
    Optional<String> passwordFile,
    Optional<String> passwordVariable,
    int weight)
    implements Comparable<DatabaseAddress> {
  public static final String POSTGRESQL = "postgresql";
  public static final String MARIADB = "mariadb";

  private static final int GREATEST_WEIGHT = 100;
  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,30}");
  private static final Pattern VENDOR = Pattern.compile("[a-z][a-z0-9]{0,30}");

  /** @throws IllegalArgumentException beginning with the name of the part that is wrong */
  public DatabaseAddress {
    if (!NAME.matcher(name).matches()) {
      throw wrong(
          "name",
          name,
          "must start with a lower case letter and hold at most 31 lower case letters, digits and hyphens");
    }
    if (!VENDOR.matcher(vendor).matches()) {
      throw wrong(
          "vendor",
          vendor,
          "must start with a lower case letter and hold at most 31 lower case letters and digits, as "
              + POSTGRESQL + " does");
    }
    if (!url.startsWith("jdbc:" + vendor + ":")) {
      throw wrong("url", url, "must begin with jdbc:" + vendor + ":");
    }
    if (url.contains("user=") || url.contains("password=")) {
      throw new IllegalArgumentException(
          "url must not hold user or password; use the keys user and password-file");
    }
    if (user.isBlank()) {
      throw wrong("user", user, "must not be empty");
    }
    if (passwordFile.isPresent() == passwordVariable.isPresent()) {
      throw new IllegalArgumentException(
          "password-file or password-variable must be given, and not both");
    }
    if (weight < 1 || weight > GREATEST_WEIGHT) {
      throw wrong("weight", Integer.toString(weight), "must be between 1 and " + GREATEST_WEIGHT);
    }
  }

  private static IllegalArgumentException wrong(String part, String value, String what) {
    return new IllegalArgumentException(part + " = \"" + value + "\" " + what);
  }

  @Override
  public int compareTo(DatabaseAddress other) {
    return name.compareTo(other.name);
  }
}
