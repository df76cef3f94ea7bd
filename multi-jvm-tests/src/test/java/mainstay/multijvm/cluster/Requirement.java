package mainstay.multijvm.cluster;

import org.junit.jupiter.api.Assumptions;

/** What a test needs and not every machine gives. */
public final class Requirement {
  /** Where a test that is skipped would be taken for one that has passed. */
  private static final boolean REQUIRED =
      Boolean.parseBoolean(System.getenv("MAINSTAY_HOSTS_REQUIRED"));

  private Requirement() {}

  /** Skips the test, or fails it where {@code MAINSTAY_HOSTS_REQUIRED} is true. */
  public static void missing(String sentence) {
    if (REQUIRED) {
      throw new AssertionError(sentence);
    }
    System.out.println("skipped: " + sentence);
    Assumptions.abort(sentence);
  }
}
