package mainstay.node.demo;

import java.util.OptionalInt;

/**
 * What the user chose.
 *
 * @param servers 1 to 7
 * @param databases 1 for now
 * @param httpPort of the first server; the others follow; empty for 8080 or what the directory was made with
 * @param fresh delete what an earlier demo left
 */
public record DemoOptions(int servers, int databases, OptionalInt httpPort, boolean fresh) {
  public DemoOptions {
    if (servers < 1 || servers > DemoPlan.NAMES.size()) {
      throw new IllegalArgumentException(
          "--servers " + servers + " is not within 1.." + DemoPlan.NAMES.size());
    }
    if (databases != 1) {
      throw new IllegalArgumentException("--databases " + databases
          + ": only one database is supported for now;" + " leave the option out");
    }
    if (httpPort.isPresent()
        && (httpPort.getAsInt() < 1 || httpPort.getAsInt() + servers - 1 > 65535)) {
      throw new IllegalArgumentException("--http-port " + httpPort.getAsInt() + ": " + servers
          + " ports from there on must be within 1..65535");
    }
  }
}
