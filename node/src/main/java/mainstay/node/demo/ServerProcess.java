package mainstay.node.demo;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import mainstay.persistence.embedded.ProcessTable;

/** Starts and ends processes of a demo; they live in sessions of their own, where no Ctrl-C reaches them. */
final class ServerProcess {
  private static final long LOG_LIMIT_BYTES = 10_000_000;
  private static final long LOG_TAIL_BYTES = 20_000;
  private static final int LOG_TAIL_LINES = 15;
  private static final long POLL_MILLIS = 20;

  private ServerProcess() {}

  /** Starts a server that logs to {@code server.log} in its directory. */
  static ProcessFile launch(
      DemoDirectory directory, DemoPlan.Server server, ServerCommandLine command) {
    Path home = directory.of(server.name());
    Path log = logOf(home);
    var line = new ArrayList<>(List.of("setsid"));
    line.addAll(command.of(home.resolve("server.conf")));
    try {
      if (Files.exists(log) && Files.size(log) > LOG_LIMIT_BYTES) {
        Files.move(log, log.resolveSibling("server.log.1"), StandardCopyOption.REPLACE_EXISTING);
      }
      Process process = new ProcessBuilder(line)
          .directory(home.toFile())
          .redirectErrorStream(true)
          .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
          .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
          .start();
      var file = ProcessTable.find(process.pid())
          .map(running -> ProcessFile.of(server.name(), running, server.url()))
          .orElseThrow(() -> new DemoException(
              server.name() + " ended at once; its log " + log + " ends with:\n" + logTail(home)));
      directory.write(file);
      return file;
    } catch (IOException e) {
      throw new DemoException(
          "cannot start " + server.name() + " with '" + line.get(1) + "' in " + home, e);
    }
  }

  /** Asks it to end; kills it if it has not ended within {@code limit}. A paused process hears it too. */
  static void terminate(List<ProcessFile> processes, Duration limit) {
    signal("TERM", processes);
    signal("CONT", processes);
    if (!awaitEnd(processes, limit)) {
      kill(processes);
    }
  }

  static void kill(List<ProcessFile> processes) {
    signal("KILL", processes);
    if (!awaitEnd(processes, Duration.ofSeconds(10))) {
      throw new DemoException("these did not end within 10 s of signal 9: "
          + processes.stream()
              .filter(ProcessFile::isRunning)
              .map(p -> p.name() + " (process " + p.pid() + ")")
              .toList());
    }
  }

  static boolean awaitEnd(List<ProcessFile> processes, Duration limit) {
    long deadline = System.nanoTime() + limit.toNanos();
    while (processes.stream().anyMatch(ProcessFile::isRunning)) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      pause(POLL_MILLIS);
    }
    return true;
  }

  static void signal(String name, List<ProcessFile> processes) {
    var command = new ArrayList<>(
        List.of("sh", "-c", "kill -s " + name + " \"$@\" 2>/dev/null || true", "sh"));
    processes.stream()
        .filter(ProcessFile::isRunning)
        .forEach(process -> command.add(Long.toString(process.pid())));
    if (command.size() == 4) {
      return;
    }
    try {
      new ProcessBuilder(command).start().waitFor();
    } catch (IOException e) {
      throw new DemoException("cannot run 'sh' to send signal " + name, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoException("interrupted while sending signal " + name);
    }
  }

  static void pause(long millis) {
    try {
      TimeUnit.MILLISECONDS.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoException("interrupted");
    }
  }

  static Path logOf(Path home) {
    return home.resolve("server.log");
  }

  /** The last lines of a server's log. */
  static String logTail(Path home) {
    try (var log = Files.newByteChannel(logOf(home))) {
      log.position(Math.max(0, log.size() - LOG_TAIL_BYTES));
      var text = ByteBuffer.allocate((int) LOG_TAIL_BYTES);
      while (text.hasRemaining() && log.read(text) >= 0) {
        continue;
      }
      List<String> lines = new String(text.array(), 0, text.position(), StandardCharsets.UTF_8)
          .lines()
          .toList();
      return lines.stream()
          .skip(Math.max(0, lines.size() - LOG_TAIL_LINES))
          .map(l -> "  " + l)
          .collect(Collectors.joining("\n"));
    } catch (IOException e) {
      return "  (" + logOf(home) + " cannot be read: " + e.getMessage() + ")";
    }
  }
}
