package mainstay.multijvm.cluster;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * A process of this machine that need not be our child, told from a later one with the same pid by its start time.
 * Linux only: reads {@code /proc}.
 */
public record OsProcess(long pid, long startTicks) {

  /** What the kernel says of a process. {@code GONE} includes a zombie: nothing of it runs any more. */
  public enum State {
    RUNNING,
    STOPPED,
    GONE
  }

  /** What can be sent. */
  public enum Signal {
    KILL,
    STOP,
    CONT,
    TERM
  }

  /** @throws IOException if there is no such process */
  public static OsProcess of(long pid) throws IOException {
    var fields = stat(pid);
    if (fields == null) {
      throw new IOException("there is no process " + pid);
    }
    return new OsProcess(pid, Long.parseLong(fields[START_TIME]));
  }

  public State state() throws IOException {
    var fields = stat(pid);
    if (fields == null || Long.parseLong(fields[START_TIME]) != startTicks) {
      return State.GONE;
    }
    return switch (fields[STATE].charAt(0)) {
      case 'Z', 'X' -> State.GONE;
      case 'T', 't' -> State.STOPPED;
      default -> State.RUNNING;
    };
  }

  /**
   * Sends a signal and returns when the kernel took it, which may be before its effect.
   *
   * @throws IOException if the process is gone or may not be signalled
   */
  public void signal(Signal signal) throws IOException {
    if (state() == State.GONE) {
      throw new IOException("process " + pid + " is gone, so " + signal + " was not sent");
    }
    var kill = new ProcessBuilder("sh", "-c", "kill -" + signal + " " + pid)
        .redirectErrorStream(true)
        .start();
    try {
      if (!kill.waitFor(10, TimeUnit.SECONDS) || kill.exitValue() != 0) {
        throw new IOException("kill -" + signal + " " + pid + " failed: "
            + (kill.isAlive()
                ? "no answer"
                : new String(kill.getInputStream().readAllBytes(), StandardCharsets.UTF_8)));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while sending " + signal + " to process " + pid, e);
    } finally {
      kill.destroyForcibly();
    }
  }

  public void awaitState(State expected, Duration limit) {
    Await.until("process " + pid + " is " + expected, limit, this::state, expected::equals);
  }

  // Fields of /proc/PID/stat after the name in parentheses, counted from 0.
  private static final int STATE = 0;
  private static final int START_TIME = 19;

  private static String[] stat(long pid) throws IOException {
    try {
      var line = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      return line.substring(line.lastIndexOf(')') + 2).split(" ");
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      if (String.valueOf(e.getMessage()).contains("No such process")) {
        return null;
      }
      throw e;
    }
  }
}
