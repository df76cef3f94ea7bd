package mainstay.node.dge;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.TestDefinition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Time until a TCP connection stands, in milliseconds, looking up the name not included. Sends nothing. */
final class TcpPoller implements Poller, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TcpPoller.class);
  private static final int HIGHEST_PORT = 65_535;

  private final PollThreads lookups;
  private final AsynchronousChannelGroup channels;

  TcpPoller(PollThreads lookups) {
    this.lookups = lookups;
    try {
      channels = AsynchronousChannelGroup.withFixedThreadPool(1, PollThreads.daemons("tcp"));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot prepare TCP polls: " + e.getMessage(), e);
    }
  }

  @Override
  public CompletionStage<PollResult> poll(Device device, TestDefinition test) {
    int port = port(test);
    long deadlineNanos = System.nanoTime() + test.timeout().toNanos();
    return lookups
        .run(() -> InetAddress.getByName(device.address()), test.timeout())
        .thenCompose(address -> connect(
            new InetSocketAddress(address, port),
            Duration.ofNanos(deadlineNanos - System.nanoTime())));
  }

  @Override
  public void close() throws IOException {
    channels.shutdownNow();
  }

  private CompletionStage<PollResult> connect(InetSocketAddress address, Duration limit) {
    var result = new CompletableFuture<PollResult>();
    try {
      var channel = AsynchronousSocketChannel.open(channels);
      long startNanos = System.nanoTime();
      channel.connect(address, null, new Connected(result, startNanos));
      result
          .orTimeout(limit.toNanos(), TimeUnit.NANOSECONDS)
          .whenComplete((value, failure) -> close(channel));
    } catch (IOException e) {
      result.completeExceptionally(e);
    }
    return result;
  }

  private static void close(AsynchronousSocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      LOG.debug("closing the connection of a TCP poll failed", e);
    }
  }

  private static int port(TestDefinition test) {
    String text = test.parameters().getOrDefault("port", "");
    if (text.matches("\\d{1,5}")) {
      int port = Integer.parseInt(text);
      if (port >= 1 && port <= HIGHEST_PORT) {
        return port;
      }
    }
    throw new IllegalArgumentException(
        "parameter port '" + text + "' must be a number from 1 to " + HIGHEST_PORT);
  }

  private record Connected(CompletableFuture<PollResult> result, long startNanos)
      implements CompletionHandler<Void, Void> {
    @Override
    public void completed(Void nothing, Void attachment) {
      result.complete(new PollResult.Measured((System.nanoTime() - startNanos) / 1e6));
    }

    @Override
    public void failed(Throwable failure, Void attachment) {
      result.completeExceptionally(failure);
    }
  }
}
