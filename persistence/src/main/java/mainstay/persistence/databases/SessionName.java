package mainstay.persistence.databases;

import java.util.regex.Pattern;
import mainstay.protocol.model.ServerId;

/**
 * How the sessions of one run of a server are known to the databases: {@code mainstay/<server>/<incarnation>}. A new
 * holder of a term ends the sessions of its predecessor by this name.
 */
public record SessionName(ServerId server, String incarnation) {
  private static final Pattern INCARNATION =
      Pattern.compile("[0-9A-Za-z-]{1,22}"); // PostgreSQL keeps 63 bytes

  public SessionName {
    if (!INCARNATION.matcher(incarnation).matches()) {
      throw new IllegalArgumentException(
          "incarnation '" + incarnation + "' must have 1 to 22 letters, digits and hyphens");
    }
  }

  public String text() {
    return "mainstay/" + server + "/" + incarnation;
  }
}
