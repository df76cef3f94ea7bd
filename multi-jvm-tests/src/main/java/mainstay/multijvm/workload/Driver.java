package mainstay.multijvm.workload;

import java.net.http.HttpClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

/** The threads and connections that all workloads of a run share. */
public final class Driver implements AutoCloseable {
  private static final int THREADS = 4;
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(1);

  private final ExecutorService executor = Executors.newFixedThreadPool(THREADS, daemons());
  // HTTP/1.1: an upgrade to HTTP/2 would put all requests to a server on one connection, to be lost
  // together.
  private final HttpClient http = HttpClient.newBuilder()
      .version(HttpClient.Version.HTTP_1_1)
      .connectTimeout(CONNECT_LIMIT)
      .executor(executor)
      .build();

  public HttpClient http() {
    return http;
  }

  public ExecutorService executor() {
    return executor;
  }

  /** Reads every key once, as the last thing of a run; returns when all reads have an outcome. */
  public static List<Operation> finalReads(
      RepeatingClient client, List<String> keys, Processes processes) {
    var reads =
        keys.stream().map(key -> client.finalRead(processes.take(), key)).toList();
    var operations = new ArrayList<Operation>();
    for (var read : reads) {
      var operation = read.join();
      processes.giveBack(operation);
      operations.add(operation);
    }
    return operations;
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }

  private static ThreadFactory daemons() {
    return runnable -> {
      var thread = new Thread(runnable, "driver");
      thread.setDaemon(true);
      return thread;
    };
  }
}
