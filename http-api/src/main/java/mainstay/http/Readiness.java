package mainstay.http;

/**
 * Whether this server can take requests.
 *
 * @param reason one sentence why not; empty when ready
 */
public record Readiness(boolean ready, String reason) {
  public static final Readiness READY = new Readiness(true, "");

  public static Readiness notReady(String reason) {
    return new Readiness(false, reason);
  }
}
