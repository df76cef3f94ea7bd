package mainstay.multijvm.workload;

/**
 * Something that the driver did to a server or a database, after it made sure that it was really so.
 *
 * @param fault name of the fault: kill-9, pause, resume, terminate, restart, cut, mend
 * @param server its name, or that of the database
 * @param after what it is from {@code end} on; between {@code start} and {@code end} it is neither for sure
 * @param start {@link DriverClock} nanoseconds just before it was done
 * @param end when it was proven to be done
 */
public record FaultEvent(String fault, String server, Availability after, long start, long end)
    implements Entry {

  /**
   * What a server is as far as its process and its network are concerned. {@code CUT_OFF}: it runs, and must not be active
   * for long, since it hears too few of the others or misses a database.
   */
  public enum Availability {
    UP,
    DOWN,
    PAUSED,
    CUT_OFF
  }
}
