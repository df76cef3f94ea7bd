package mainstay.multijvm.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

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
    return find(pid).orElseThrow(() -> new IOException("there is no process " + pid));
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
    if (signal == Signal.KILL) { // starting a command would take processors from what is measured
      kill();
    } else {
      Command.run(List.of("sh", "-c", "kill -" + signal + " " + pid));
    }
  }

  private void kill() throws IOException {
    if (!ProcessHandle.of(pid).map(ProcessHandle::destroyForcibly).orElse(false)) {
      throw new IOException("process " + pid + " could not be killed");
    }
  }

  /** It and all that descend from it, itself first; empty if it is gone. */
  public List<OsProcess> family() throws IOException {
    var family = new ArrayList<OsProcess>();
    if (state() != State.GONE) {
      family.add(this);
      for (var child :
          ProcessHandle.of(pid).stream().flatMap(ProcessHandle::descendants).toList()) {
        find(child.pid()).ifPresent(family::add);
      }
    }
    return family;
  }

  /** Sends a signal to all of them at once; one that has ended meanwhile is passed over. */
  public static void signal(Signal signal, List<OsProcess> processes) throws IOException {
    var command = new ArrayList<>(
        List.of("sh", "-c", "kill -s " + signal + " \"$@\" 2>/dev/null || true", "sh"));
    for (var process : processes) {
      if (process.state() != State.GONE) {
        command.add(Long.toString(process.pid()));
      }
    }
    if (command.size() > 4) {
      Command.run(command);
    }
  }

  private static Optional<OsProcess> find(long pid) throws IOException {
    var fields = stat(pid);
    return fields == null
        ? Optional.empty()
        : Optional.of(new OsProcess(pid, Long.parseLong(fields[START_TIME])));
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
