package mainstay.persistence.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What Linux knows about a process id. Unlike {@link ProcessHandle#isAlive()} it tells a process that runs from one
 * that is dead and only waits to be reaped (a zombie), which some containers keep for ever.
 */
public final class ProcessTable {
  private ProcessTable() {}

  /**
   * A process that runs, sleeps or is stopped.
   *
   * @param command the name of its program, at most 15 characters
   * @param started clock ticks from boot to its start: together with the pid it names one process, not a later one that
   *     was given the same pid
   */
  public record Running(long pid, String command, long started) {}

  /** Empty if there is no such process, or it is a zombie. */
  public static Optional<Running> find(long pid) {
    String stat;
    try {
      stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    } catch (IOException gone) {
      return Optional.empty();
    }
    int open = stat.indexOf('(');
    int close = stat.lastIndexOf(')'); // the name itself may contain anything
    String[] fields =
        stat.substring(close + 2).split(" "); // fields[0] is the state, the third in proc(5)
    boolean dead = fields[0].equals("Z") || fields[0].equals("X");
    return dead
        ? Optional.empty()
        : Optional.of(
            new Running(pid, stat.substring(open + 1, close), Long.parseLong(fields[19])));
  }
}
