package mainstay.node.demo;

import java.util.OptionalInt;

/**
 * What the user chose.
 *
 * @param servers 1 to 7
 * @param databases 1 to 5; empty for 2 or what the directory was made with
 * @param httpPort of the first server; the others follow; empty for 8080 or what the directory was made with
 * @param fresh delete what an earlier demo left
 */
public record DemoOptions(int servers, OptionalInt databases, OptionalInt httpPort, boolean fresh) {
  public DemoOptions {
    if (servers < 1 || servers > DemoPlan.NAMES.size()) {
      throw new IllegalArgumentException(
          "--servers " + servers + " is not within 1.." + DemoPlan.NAMES.size());
    }
    if (databases.isPresent()
        && (databases.getAsInt() < 1 || databases.getAsInt() > DemoPlan.MOST_DATABASES)) {
      throw new IllegalArgumentException(
          "--databases " + databases.getAsInt() + " is not within 1.." + DemoPlan.MOST_DATABASES);
    }
    if (httpPort.isPresent()
        && (httpPort.getAsInt() < 1 || httpPort.getAsInt() + servers - 1 > 65535)) {
      throw new IllegalArgumentException("--http-port " + httpPort.getAsInt() + ": " + servers
          + " ports from there on must be within 1..65535");
    }
  }
}
