package mainstay.node.dge;

import java.io.IOException;
import java.io.UncheckedIOException;
import mainstay.protocol.model.TestKind;

/**
 * The pollers of one server, with the threads and sockets that they share. Create one for the process: engines come
 * and go with their terms, this stays. The JDK's HTTP client cannot be closed before Java 21, so its one thread ends
 * only when this object is collected.
 */
public final class Pollers implements AutoCloseable {
  private final PollThreads blocking;
  private final PollThreads httpThreads;
  private final PollThreads pingThreads;
  private final HostPoller host;
  private final HttpPoller http;
  private final TcpPoller tcp;
  private final PingPoller ping;

  public Pollers(DgeSettings settings) {
    blocking = new PollThreads("blocking", settings.blockingThreads(), settings.queuedTasks());
    httpThreads = new PollThreads("http", settings.httpThreads(), settings.queuedTasks());
    pingThreads = new PollThreads("ping", settings.pingProcesses(), settings.queuedTasks());
    host = new HostPoller(blocking);
    http = new HttpPoller(httpThreads.executor(), settings.httpBodyLimitBytes());
    tcp = new TcpPoller(blocking);
    ping = new PingPoller(settings.pingCommand(), pingThreads);
  }

  public Poller of(TestKind kind) {
    return switch (kind) {
      case HOST -> host;
      case HTTP -> http;
      case TCP -> tcp;
      case PING -> ping;
    };
  }

  /** Ends threads and sockets; polls that run fail. */
  @Override
  public void close() {
    blocking.close();
    httpThreads.close();
    pingThreads.close();
    try {
      tcp.close();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot close the sockets of TCP polls: " + e.getMessage(), e);
    }
  }
}
