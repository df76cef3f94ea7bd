package mainstay.persistence.embedded;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whom PostgreSQL runs as: the user of this JVM, or, since it refuses to be root, {@code nobody} in root's place.
 *
 * <p>Where {@code nobody} cannot reach the directory (a clone in {@code /root}), PostgreSQL is given one single
 * capability, CAP_DAC_OVERRIDE, to pass the closed directories; without that capability the start is refused.
 */
final class RunAs {
  private static final Logger LOG = LoggerFactory.getLogger(RunAs.class);
  private static final int NOBODY = 65534;

  private final List<String> prefix;
  private final boolean drop;

  private RunAs(boolean drop, List<String> prefix) {
    this.drop = drop;
    this.prefix = prefix;
  }

  static boolean isRoot() {
    try {
      return Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    } catch (IOException e) {
      throw new EmbeddedPostgresException(
          "cannot tell which user this is: /proc is not readable", e);
    }
  }

  /** Decides for programs under {@code binaries} that keep their data in {@code directory}; both exist. */
  static RunAs forDirectories(Path binaries, Path directory) {
    if (!isRoot()) {
      return new RunAs(false, List.of());
    }
    List<String> setpriv =
        List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups");
    var plain = new RunAs(true, concat(setpriv, List.of("--inh-caps=-all", "--")));
    closedTo(binaries).ifPresent(closed -> {
      throw refusal(
          closed, "set MAINSTAY_CACHE_DIR to a directory elsewhere (such as /var/cache/mainstay)");
    });
    Optional<Path> closed = closedTo(directory);
    if (closed.isEmpty()) {
      return plain;
    }
    var capable = new RunAs(
        true,
        concat(
            setpriv,
            List.of("--inh-caps=-all,+dac_override", "--ambient-caps=-all,+dac_override", "--")));
    if (!capable.canEnter(directory)) {
      throw refusal(closed.get(), "choose a directory elsewhere (such as under /var/lib)");
    }
    LOG.debug(
        "postgresql directory={} runs as nobody with CAP_DAC_OVERRIDE why=\"{} is closed to other users\"",
        directory,
        closed.get());
    return capable;
  }

  private static EmbeddedPostgresException refusal(Path closed, String remedy) {
    return new EmbeddedPostgresException(
        "PostgreSQL cannot run as root, and the user nobody, whom it runs as instead,"
            + " cannot enter " + closed + "; run 'chmod o+x " + closed + "', " + remedy
            + ", or start as another user than root");
  }

  /** The first directory on the way to {@code target} that other users may not enter. */
  private static Optional<Path> closedTo(Path target) {
    for (Path p = target.getRoot(); ; p = p.resolve(target.getName(p.getNameCount()))) {
      try {
        var attributes = Files.readAttributes(p, PosixFileAttributes.class);
        if (!attributes.permissions().contains(PosixFilePermission.OTHERS_EXECUTE)
            && !Integer.valueOf(NOBODY).equals(Files.getAttribute(p, "unix:uid"))) {
          return Optional.of(p);
        }
      } catch (IOException e) {
        throw new EmbeddedPostgresException("cannot read the permissions of " + p, e);
      }
      if (p.equals(target)) {
        return Optional.empty();
      }
    }
  }

  private boolean canEnter(Path directory) {
    try {
      Process probe = new ProcessBuilder(command(List.of("ls", "-d", directory + "/.")))
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD)
          .start();
      return probe.waitFor() == 0;
    } catch (IOException e) {
      throw new EmbeddedPostgresException(
          "cannot run setpriv (package util-linux), which starting PostgreSQL as root"
              + " needs; install it or start as another user than root",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new EmbeddedPostgresException(
          "interrupted while looking for a user to run PostgreSQL as");
    }
  }

  /** The command that runs the given one as that user. */
  List<String> command(List<String> program) {
    return concat(prefix, program);
  }

  /** Gives a file or an empty directory to that user. */
  void own(Path path) throws IOException {
    if (drop) {
      Files.setAttribute(path, "unix:gid", NOBODY, LinkOption.NOFOLLOW_LINKS);
      Files.setAttribute(path, "unix:uid", NOBODY, LinkOption.NOFOLLOW_LINKS);
    }
  }

  private static List<String> concat(List<String> first, List<String> second) {
    var all = new ArrayList<>(first);
    all.addAll(second);
    return List.copyOf(all);
  }
}
