package mainstay.persistence.embedded;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;

/**
 * Where one embedded PostgreSQL lives and how long its changes of state may take.
 *
 * @param directory belongs to this server alone: {@code data/}, {@code postgresql.log}; its password is beside it, in
 *     {@code <directory>.password}
 * @param port TCP port on 127.0.0.1; the only way in
 * @param cacheDirectory where the binaries are unpacked, shared by all servers of the machine
 * @param startTimeout limit for start or adoption, recovery after a crash included, unpacking and initdb excluded
 * @param stopTimeout limit for each step of a stop: fast, then immediate, then kill
 */
public record EmbeddedPostgresSettings(
    Path directory, int port, Path cacheDirectory, Duration startTimeout, Duration stopTimeout) {

  public EmbeddedPostgresSettings {
    directory = directory.toAbsolutePath().normalize();
    cacheDirectory = cacheDirectory.toAbsolutePath().normalize();
    Objects.requireNonNull(startTimeout, "startTimeout");
    Objects.requireNonNull(stopTimeout, "stopTimeout");
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port " + port + " is not within 1..65535");
    }
  }

  /** The given place and port, {@link #defaultCacheDirectory()}, 60 s to start, 10 s for each step of a stop. */
  public static EmbeddedPostgresSettings of(Path directory, int port) {
    return new EmbeddedPostgresSettings(
        directory, port, defaultCacheDirectory(), Duration.ofSeconds(60), Duration.ofSeconds(10));
  }

  public EmbeddedPostgresSettings withCacheDirectory(Path cache) {
    return new EmbeddedPostgresSettings(directory, port, cache, startTimeout, stopTimeout);
  }

  /**
   * {@code MAINSTAY_CACHE_DIR} if set; as root {@code /var/cache/mainstay}, because PostgreSQL then runs as an
   * unprivileged user who cannot read root's home; otherwise {@code mainstay} in the user's cache directory.
   */
  public static Path defaultCacheDirectory() {
    String chosen = System.getenv("MAINSTAY_CACHE_DIR");
    if (chosen != null && !chosen.isBlank()) {
      return Path.of(chosen);
    }
    if (RunAs.isRoot()) {
      return Path.of("/var/cache/mainstay");
    }
    String xdg = System.getenv("XDG_CACHE_HOME");
    return xdg != null && !xdg.isBlank()
        ? Path.of(xdg, "mainstay")
        : Path.of(System.getProperty("user.home"), ".cache", "mainstay");
  }
}
