package mainstay.node.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import mainstay.node.cluster.core.CrashProof;
import mainstay.protocol.model.ServerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds out within milliseconds that another server's process is gone. Each process listens on its crash-watch port as
 * long as it lives and keeps one idle connection to every other's. Proof is an end of that connection and then refused
 * connections in a row: the other machine's kernel says that nobody listens there. A pause, a cut or a slow machine
 * never looks like this, those time out. A new process at the same port proves the end of the old one too, so each
 * connection begins with a line that tells the runs of a process apart.
 */
public final class CrashWatch implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger("mainstay.crash-watch");
  private static final String GREETING = "mainstay ";

  /**
   * Section {@code mainstay.failover.crash-watch}.
   *
   * @param refusals refused connections in a row that are proof
   * @param interval between two of them
   * @param connectTimeout after which an attempt to connect proves nothing
   * @param retry between two attempts to connect to a server that is not there
   */
  public record Settings(int refusals, Duration interval, Duration connectTimeout, Duration retry) {
    public static Settings from(com.typesafe.config.Config config) {
      var section = config.getConfig("mainstay.failover.crash-watch");
      return new Settings(
          section.getInt("refusals"),
          section.getDuration("interval"),
          section.getDuration("connect-timeout"),
          section.getDuration("retry"));
    }
  }

  /** Told on threads of the watch. */
  public interface Listener {
    void crashed(ServerId server);

    /** Its process answers (again). */
    void alive(ServerId server);
  }

  public record Peer(ServerId server, String host, int port) {}

  private final Settings settings;
  private final Listener listener;
  private final String run;
  private final ServerSocket listening;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean closed;

  /**
   * Listens at once.
   *
   * @param run tells this run of the process from others; without line breaks
   * @throws IOException if the port cannot be bound
   */
  public CrashWatch(
      InetAddress host,
      int port,
      String run,
      List<Peer> peers,
      Settings settings,
      Listener listener)
      throws IOException {
    this.settings = settings;
    this.listener = listener;
    this.run = run;
    this.listening = new ServerSocket();
    listening.setReuseAddress(true);
    listening.bind(new InetSocketAddress(host, port));
    start("crash-watch-accept", this::accept);
    peers.forEach(peer -> start("crash-watch-" + peer.server(), () -> watch(peer)));
  }

  private void start(String name, Runnable work) {
    var thread = new Thread(null, work, name, 128 * 1024);
    thread.setDaemon(true);
    threads.add(thread);
    thread.start();
  }

  private void accept() {
    while (!closed) {
      try {
        var socket = listening.accept();
        sockets.add(socket);
        socket.setKeepAlive(true);
        socket.setTcpNoDelay(true);
        socket.getOutputStream().write((GREETING + run + "\n").getBytes(StandardCharsets.UTF_8));
        start("crash-watch-peer", () -> untilEnd(socket));
      } catch (IOException e) {
        if (!closed) {
          log.warn("crash watch: a connection was not accepted: {}", e.toString());
        }
      }
    }
  }

  private void untilEnd(Socket socket) {
    try (socket) {
      while (socket.getInputStream().read() >= 0) {
        // A peer says nothing; it only keeps the connection.
      }
    } catch (IOException e) {
      log.debug("crash watch: connection of a peer ended: {}", e.toString());
    } finally {
      sockets.remove(socket);
      threads.remove(Thread.currentThread());
    }
  }

  private void watch(Peer peer) {
    var proof = new CrashProof(settings.refusals());
    while (!closed) {
      boolean stood = false;
      try (var socket = new Socket()) {
        sockets.add(socket);
        socket.setKeepAlive(true);
        socket.connect(new InetSocketAddress(peer.host(), peer.port()), (int)
            settings.connectTimeout().toMillis());
        socket.setSoTimeout((int) settings.connectTimeout().toMillis());
        var reader = new BufferedReader(
            new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
        var greeting = reader.readLine();
        if (greeting != null && greeting.startsWith(GREETING)) {
          proof.answered(greeting).ifPresent(why -> report(peer, why));
          stood = true;
          listener.alive(peer.server());
          socket.setSoTimeout(0);
          while (reader.read() >= 0) {
            // Nothing is ever sent; the end of the stream is what is waited for.
          }
          log.debug("crash watch: the connection to {} ended", peer.server());
        } else {
          proof.unclear();
        }
      } catch (ConnectException e) {
        proof.refused().ifPresent(why -> report(peer, why));
      } catch (SocketTimeoutException e) {
        proof.unclear();
        log.debug("crash watch: {} does not answer, which proves nothing", peer.server());
      } catch (IOException e) {
        // A reset of a standing connection, or an address that cannot be reached.
        proof.unclear();
        log.debug("crash watch: no connection to {}: {}", peer.server(), e.toString());
      }
      if (stood) {
        proof.ended(System.nanoTime());
      }
      sockets.removeIf(Socket::isClosed);
      pause(proof.urgent(System.nanoTime()) ? settings.interval() : settings.retry());
    }
  }

  private void report(Peer peer, String evidence) {
    log.info("server={} crashed: {}", peer.server(), evidence);
    listener.crashed(peer.server());
  }

  private void pause(Duration duration) {
    try {
      Thread.sleep(duration.toMillis());
    } catch (InterruptedException e) {
      closed = true;
    }
  }

  @Override
  public void close() throws IOException {
    closed = true;
    listening.close();
    for (var socket : sockets) {
      socket.close();
    }
    threads.forEach(Thread::interrupt);
  }
}
