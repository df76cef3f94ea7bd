package mainstay.multijvm.cluster;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.SplittableRandom;

/** Ports of the loopback interface that nobody listens on now. */
public final class Ports {
  private static final int LOWEST = 10_000;
  // Below the range from which Linux takes the ports of outgoing connections, which would race for
  // them.
  private static final int HIGHEST = 32_000;
  private static final int TRIES = 200;

  private Ports() {}

  /**
   * The first of {@code count} free ports in a row, at a random place so that runs beside each other rarely meet.
   *
   * @throws IOException if none was found
   */
  public static int freeRange(int count) throws IOException {
    var random = new SplittableRandom();
    for (int attempt = 0; attempt < TRIES; attempt++) {
      int first = random.nextInt(LOWEST, HIGHEST - count);
      if (allFree(first, count)) {
        return first;
      }
    }
    throw new IOException("no " + count + " free ports in a row between " + LOWEST + " and "
        + HIGHEST + " in " + TRIES + " random places");
  }

  private static boolean allFree(int first, int count) throws IOException {
    var held = new ArrayList<ServerSocket>();
    try {
      for (int port = first; port < first + count; port++) {
        held.add(new ServerSocket(port, 1, InetAddress.getLoopbackAddress()));
      }
      return true;
    } catch (java.net.BindException taken) {
      return false;
    } finally {
      for (var socket : held) {
        socket.close();
      }
    }
  }
}
