package mainstay.node.dge;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import mainstay.node.dge.core.ExpectedStatus;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.TestDefinition;

/**
 * Time until a complete HTTP answer with an expected status, in milliseconds. Redirections are answers, they are not
 * followed. The body is read up to a limit and thrown away; a larger one is a failure. Connections are kept for the
 * next poll, but only for {@value #IDLE_SECONDS} s and {@value #IDLE_CONNECTIONS} of them.
 *
 * <p>The JDK's client ends each exchange on the default pool of {@link CompletableFuture}, whatever executor it is
 * given. Before Java 25 that is a new thread per poll on a machine with one or two processors, unless the process is
 * started with {@code -Djava.util.concurrent.ForkJoinPool.common.parallelism=2}.
 */
final class HttpPoller implements Poller {
  private static final String IDLE_SECONDS = "30";
  private static final String IDLE_CONNECTIONS = "1024";

  static {
    // The JDK's client takes these from the system only, and without them keeps any number for 20
    // minutes. What the
    // operator sets on the command line wins.
    System.getProperties().putIfAbsent("jdk.httpclient.keepalive.timeout", IDLE_SECONDS);
    System.getProperties().putIfAbsent("jdk.httpclient.connectionPoolSize", IDLE_CONNECTIONS);
  }

  private final HttpClient client;
  private final long bodyLimitBytes;

  HttpPoller(Executor executor, long bodyLimitBytes) {
    this.bodyLimitBytes = bodyLimitBytes;
    client = HttpClient.newBuilder()
        .executor(executor)
        .followRedirects(HttpClient.Redirect.NEVER)
        .version(HttpClient.Version.HTTP_1_1)
        .build();
  }

  @Override
  public CompletionStage<PollResult> poll(Device device, TestDefinition test) {
    var expected = expectedStatus(test);
    var request = HttpRequest.newBuilder(URI.create(test.parameters().getOrDefault("url", "")))
        .timeout(test.timeout())
        .build();
    long startNanos = System.nanoTime();
    var exchange = client.sendAsync(request, head -> new Drain(bodyLimitBytes));
    // The client's own time-out ends with the head of the answer, this one covers the body too.
    var limited = exchange.copy().orTimeout(test.timeout().toMillis(), TimeUnit.MILLISECONDS);
    return limited
        .whenComplete((answer, failure) -> exchange.cancel(true))
        .thenApply(answer -> expected.matches(answer.statusCode())
            ? new PollResult.Measured((System.nanoTime() - startNanos) / 1e6)
            : new PollResult.Failed("status " + answer.statusCode() + " instead of " + expected));
  }

  private static ExpectedStatus expectedStatus(TestDefinition test) {
    String text = test.parameters().get("expectStatus");
    return text == null ? ExpectedStatus.DEFAULT : ExpectedStatus.parse(text);
  }

  /** Reads a body without keeping it. */
  private static final class Drain implements HttpResponse.BodySubscriber<Long> {
    private final CompletableFuture<Long> body = new CompletableFuture<>();
    private final long limitBytes;
    private Flow.Subscription subscription;
    private long receivedBytes;

    private Drain(long limitBytes) {
      this.limitBytes = limitBytes;
    }

    @Override
    public CompletionStage<Long> getBody() {
      return body;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      this.subscription = subscription;
      subscription.request(1);
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      buffers.forEach(buffer -> receivedBytes += buffer.remaining());
      if (receivedBytes > limitBytes) {
        subscription.cancel();
        body.completeExceptionally(
            new IOException("the answer is larger than " + limitBytes + " bytes"));
      } else {
        subscription.request(1);
      }
    }

    @Override
    public void onError(Throwable failure) {
      body.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      body.complete(receivedBytes);
    }
  }
}
