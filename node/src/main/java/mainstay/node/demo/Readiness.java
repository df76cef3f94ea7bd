package mainstay.node.demo;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Waits until servers answer 200 at an address, and watches that their processes do not end meanwhile. */
final class Readiness {
  private static final Duration ATTEMPT_TIMEOUT = Duration.ofSeconds(2);
  private static final long PAUSE_MILLIS = 50;

  private final HttpClient http = HttpClient.newBuilder()
      .version(HttpClient.Version.HTTP_1_1)
      .connectTimeout(ATTEMPT_TIMEOUT)
      .build();
  private final DemoDirectory directory;
  private final String path;

  Readiness(DemoDirectory directory, String path) {
    this.directory = directory;
    this.path = path;
  }

  /**
   * @param check called at each round; throws to give up
   * @param ready told of each server when it is
   * @throws DemoException if a process ended or the time was up: who said what, with the ends of the logs
   */
  void await(
      List<ProcessFile> servers, Duration limit, Runnable check, Consumer<ProcessFile> ready) {
    long deadline = System.nanoTime() + limit.toNanos();
    var waiting = new ArrayList<>(servers);
    while (true) {
      check.run();
      Map<ProcessFile, String> said = new LinkedHashMap<>();
      for (ProcessFile server : List.copyOf(waiting)) {
        String answer = ask(server);
        if (answer.isEmpty()) {
          waiting.remove(server);
          ready.accept(server);
        } else if (server.isRunning()) {
          said.put(server, answer);
        } else {
          throw new DemoException(
              server.name() + " ended while it started; its log ends with:\n" + tail(server));
        }
      }
      if (waiting.isEmpty()) {
        return;
      }
      if (System.nanoTime() > deadline) {
        throw new DemoException("not ready within " + limit.toSeconds() + " s:" + report(said));
      }
      ServerProcess.pause(PAUSE_MILLIS);
    }
  }

  /** What the server says instead of 200; empty for 200. */
  private String ask(ProcessFile server) {
    try {
      var request = HttpRequest.newBuilder(URI.create(server.url() + path))
          .timeout(ATTEMPT_TIMEOUT)
          .build();
      var response = http.send(request, HttpResponse.BodyHandlers.ofString());
      return response.statusCode() == 200
          ? ""
          : "HTTP " + response.statusCode() + " " + response.body().strip();
    } catch (IOException e) {
      return "no answer at " + server.url() + path;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new DemoException("interrupted while waiting for " + server.name());
    }
  }

  private String report(Map<ProcessFile, String> said) {
    var text = new StringBuilder();
    said.forEach((server, answer) -> text.append("\n")
        .append(server.name())
        .append(": ")
        .append(answer)
        .append("; its log ends with:\n")
        .append(tail(server)));
    return text.toString();
  }

  private String tail(ProcessFile server) {
    return ServerProcess.logTail(directory.of(server.name()));
  }
}
