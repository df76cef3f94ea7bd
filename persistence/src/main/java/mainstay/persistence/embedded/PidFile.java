package mainstay.persistence.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What PostgreSQL writes into {@code postmaster.pid}: pid, directory, start, port, socket, address, shared memory key,
 * status, one a line.
 *
 * @param ready the server accepts connections
 */
record PidFile(long pid, int port, boolean ready) {

  static Optional<PidFile> read(Path data) {
    try {
      return parse(Files.readAllLines(data.resolve("postmaster.pid")));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new EmbeddedPostgresException("cannot read " + data.resolve("postmaster.pid"), e);
    }
  }

  /** Empty if the lines that PostgreSQL writes at once, when it takes the lock, are not there: a damaged file. */
  static Optional<PidFile> parse(List<String> lines) {
    if (lines.size() < 4) {
      return Optional.empty();
    }
    boolean ready = lines.size() >= 8 && lines.get(7).strip().equals("ready");
    return Optional.of(new PidFile(
        Long.parseLong(lines.get(0).strip()), Integer.parseInt(lines.get(3).strip()), ready));
  }

  /** The live postmaster that the file speaks of; empty if it is dead, or the pid is another program's by now. */
  Optional<ProcessTable.Running> postmaster() {
    return ProcessTable.find(pid).filter(process -> process.command().equals("postgres"));
  }

  /**
   * Lets the next server start although the recorded pid looks alive to it: a zombie that nobody reaps, or another
   * program under the same pid. PostgreSQL ignores a pid that is its parent's, so the file gets ours, the parent's.
   * The rest stays, above all the shared memory key, by which PostgreSQL notices orphans of the dead server.
   */
  static void releaseIfStale(Path data) throws IOException {
    Path file = data.resolve("postmaster.pid");
    if (!Files.exists(file) || read(data).flatMap(PidFile::postmaster).isPresent()) {
      return;
    }
    var lines = new ArrayList<>(Files.readAllLines(file));
    if (!lines.isEmpty()) {
      lines.set(0, Long.toString(ProcessHandle.current().pid()));
      Files.write(file, lines);
    }
  }
}
