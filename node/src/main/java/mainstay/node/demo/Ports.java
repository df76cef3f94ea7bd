package mainstay.node.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.IntSupplier;

/** Ports on 127.0.0.1: free ones to choose, and who holds one that is not free. */
final class Ports implements IntSupplier {
  private static final int LOWEST = 20_000;
  private static final int ROOM = 1_000;
  private static final int ATTEMPTS = 1_000;

  private final Set<Integer> given = new HashSet<>();

  /**
   * A free port below the range that the kernel takes for outgoing connections, so that nothing slips into it while its
   * server is down.
   */
  @Override
  public int getAsInt() {
    int end = Math.max(LOWEST + ROOM, firstOutgoing());
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST, end);
      if (!given.contains(port) && isFree(port)) {
        given.add(port);
        return port;
      }
    }
    throw new DemoException("no free port between " + LOWEST + " and " + end + " on 127.0.0.1 in "
        + ATTEMPTS + " tries");
  }

  /** These files give everything to the first read and nothing to a second, and Files.readString begins with one byte. */
  static int firstOutgoing() {
    try (var in = Files.newInputStream(Path.of("/proc/sys/net/ipv4/ip_local_port_range"))) {
      byte[] text = new byte[64];
      int length = Math.max(0, in.read(text));
      return Integer.parseInt(
          new String(text, 0, length, StandardCharsets.US_ASCII).split("\\s+")[0]);
    } catch (IOException e) {
      return 32_768; // the kernel's default
    }
  }

  static boolean isFree(int port) {
    try (var socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port));
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** The process that listens on that port, such as "process 4711 (java, in /tmp/demo-data/alpha)"; for messages. */
  static String holder(int port) {
    return listeningInode(port).flatMap(Ports::ownerOf).orElse("another program");
  }

  private static Optional<String> listeningInode(int port) {
    String suffix = ":%04X".formatted(port);
    for (String table : new String[] {"/proc/net/tcp", "/proc/net/tcp6"}) {
      try (var lines = Files.lines(Path.of(table))) {
        Optional<String> inode = lines
            .map(line -> line.strip().split("\\s+"))
            .filter(f -> f.length > 9 && f[1].endsWith(suffix) && f[3].equals("0A"))
            .map(f -> f[9])
            .findFirst();
        if (inode.isPresent()) {
          return inode;
        }
      } catch (IOException e) {
        continue; // no IPv6 on this machine
      }
    }
    return Optional.empty();
  }

  private static Optional<String> ownerOf(String inode) {
    String socket = "socket:[" + inode + "]";
    return ProcessHandle.allProcesses()
        .filter(process -> hasOpen(process.pid(), socket))
        .findFirst()
        .map(process -> "process " + process.pid() + describe(process.pid()));
  }

  private static boolean hasOpen(long pid, String socket) {
    try (DirectoryStream<Path> descriptors =
        Files.newDirectoryStream(Path.of("/proc", "" + pid, "fd"))) {
      for (Path descriptor : descriptors) {
        if (Files.readSymbolicLink(descriptor).toString().equals(socket)) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      return false; // gone, or another user's
    }
  }

  private static String describe(long pid) {
    try {
      Path proc = Path.of("/proc", "" + pid);
      return " (" + Files.readString(proc.resolve("comm")).strip() + ", in "
          + Files.readSymbolicLink(proc.resolve("cwd")) + ")";
    } catch (IOException e) {
      return "";
    }
  }
}
