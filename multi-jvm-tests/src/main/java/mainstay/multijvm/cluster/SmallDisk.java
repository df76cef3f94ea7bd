package mainstay.multijvm.cluster;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A file system of its own, in memory, under a directory that nobody uses meanwhile, so that it can really be full. */
public final class SmallDisk implements AutoCloseable {
  private static final int BLOCK = 1 << 16;
  private static final String BALLAST = "ballast";

  private final Path directory;
  private final Path original;

  private SmallDisk(Path directory, Path original) {
    this.directory = directory;
    this.original = original;
  }

  /**
   * Moves what is in a directory to a disk that is mounted there.
   *
   * @param free what is left on it, in MiB
   * @throws IOException if this machine does not let us mount; then nothing has changed
   */
  public static SmallDisk under(Path directory, int free) throws IOException {
    long used;
    try (var files = Files.walk(directory)) {
      used = files
          .filter(Files::isRegularFile)
          .mapToLong(file -> (file.toFile().length() / 4096 + 1) * 4096)
          .sum();
    }
    var original = directory.resolveSibling(directory.getFileName() + ".original");
    Files.move(directory, original);
    boolean mounted = false;
    try {
      Files.createDirectory(directory);
      Command.run(List.of(
          "mount",
          "-t",
          "tmpfs",
          "-o",
          "size=" + ((used >> 20) + free) + "m,mode=0700",
          "tmpfs",
          directory.toString()));
      mounted = true;
      copy(original, directory);
    } catch (IOException e) {
      if (mounted) {
        Command.run(List.of("umount", directory.toString()));
      }
      Files.deleteIfExists(directory);
      Files.move(original, directory);
      throw e;
    }
    return new SmallDisk(directory, original);
  }

  private static void copy(Path from, Path to) throws IOException {
    Command.run(List.of("cp", "-a", from + "/.", to.toString()));
  }

  /** No byte is left afterwards. */
  public void fill() throws IOException {
    try (var ballast = Files.newOutputStream(directory.resolve(BALLAST))) {
      var block = new byte[BLOCK];
      while (true) {
        ballast.write(block);
      }
    } catch (IOException full) {
      if (Files.getFileStore(directory).getUsableSpace() > 0) {
        throw full;
      }
    }
  }

  /** There is room again. */
  public void empty() throws IOException {
    Files.deleteIfExists(directory.resolve(BALLAST));
  }

  /** Nobody uses it any more: its content moves back to where it was. */
  @Override
  public void close() throws IOException {
    empty();
    ChildDirectory.delete(original);
    Files.createDirectory(original);
    copy(directory, original);
    Command.run(List.of("umount", directory.toString()));
    Files.delete(directory);
    Files.move(original, directory);
  }
}
