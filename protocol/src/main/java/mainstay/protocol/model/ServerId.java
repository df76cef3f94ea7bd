package mainstay.protocol.model;

import java.util.regex.Pattern;

/** Name of one server (JVM); unique in the cluster. Lower case letters, digits and hyphens, at most 31 characters. */
public record ServerId(String value) implements Comparable<ServerId> {
  private static final Pattern FORM = Pattern.compile("[a-z][a-z0-9-]{0,30}");

  public ServerId {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "server name '" + value
              + "' must start with a lower case letter and hold at most 31 lower case letters, digits and hyphens");
    }
  }

  @Override
  public int compareTo(ServerId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
