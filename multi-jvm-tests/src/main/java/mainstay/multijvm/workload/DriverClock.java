package mainstay.multijvm.workload;

import java.util.Locale;

/** The one clock of a driver: monotonic nanoseconds since this JVM loaded the class, so a history starts near zero. */
public final class DriverClock {
  private static final long ORIGIN = System.nanoTime();

  private DriverClock() {}

  public static long nanos() {
    return System.nanoTime() - ORIGIN;
  }

  /** For people: a time or a length of this clock in milliseconds with one digit. */
  public static String millis(long nanos) {
    return String.format(Locale.ROOT, "%.1f ms", nanos / 1e6);
  }
}
