package mainstay.http;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.Behaviors;
import akka.http.javadsl.ServerBinding;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import mainstay.http.security.TokenFiles;
import mainstay.protocol.message.ClusterOverview;
import mainstay.protocol.message.ClusterStatus;
import mainstay.protocol.message.ClusterSupervisor;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceRouter;
import mainstay.protocol.message.TakeoverOutlook;
import mainstay.protocol.model.ClockOffset;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.Fitness;
import mainstay.protocol.model.Role;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.SampleBucket;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServerList;
import mainstay.protocol.model.ServiceName;
import mainstay.protocol.query.Found;
import mainstay.protocol.query.SampleHistory;
import mainstay.protocol.query.SampleQueries;

/** The real API on a free port, over actors that answer what a test says. */
final class HttpApiFixture implements AutoCloseable {
  static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
  static final Duration PATIENCE = Duration.ofMillis(300);
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  /** A response, its body read as JSON if it is some. */
  record Response(int status, JsonNode json, String text, HttpResponse<String> raw) {
    Optional<String> header(String name) {
      return raw.headers().firstValue(name);
    }

    String etag() {
      return header("ETag").orElse("none");
    }
  }

  final ConcurrentLinkedDeque<ServiceRouter.Ask> asked = new ConcurrentLinkedDeque<>();
  final ConcurrentLinkedDeque<ClusterSupervisor.Command> commanded = new ConcurrentLinkedDeque<>();
  final ConcurrentLinkedDeque<DatabaseAdmin.Command> administered = new ConcurrentLinkedDeque<>();
  final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  final HttpApiPorts ports;
  final HttpApiSettings settings;
  final ActorTestKit kit;
  final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  /** What the router answers; empty for silence. */
  volatile Function<ServiceRouter.Ask, Optional<ServiceReply>> router = ask -> Optional.empty();
  /** What the supervisor answers; null for silence. */
  volatile Function<ClusterSupervisor.Command, Object> supervisor = command -> null;

  /** What the coordinator of the databases lists; empty for silence. */
  volatile Optional<DatabaseAdmin.Listing> databases = Optional.empty();
  /** What the coordinator of the databases answers to a change; empty for silence. */
  volatile Function<DatabaseAdmin.Command, Optional<DatabaseAdmin.Reply>> coordinator =
      command -> Optional.empty();

  volatile Optional<ClusterStatus> status = Optional.of(status("alpha"));
  /** What the agent answers when it is asked who would serve. */
  volatile Function<ClusterOverview.WhatIf, TakeoverOutlook> outlook = question -> {
    throw new IllegalStateException("nobody asks here what would be if");
  };

  volatile Readiness readiness = Readiness.READY;
  volatile SampleQueries samples = new NoSamples();
  volatile List<String> missing = List.of();

  private final Path directory;
  private final Map<Role, String> tokens;
  private final ServerBinding binding;

  HttpApiFixture() {
    this(15_000, 16, 3);
  }

  HttpApiFixture(long heartbeatMillis, int eventBuffer, int eventClients) {
    try {
      directory = Files.createTempDirectory("http-api-test");
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    kit = ActorTestKit.create(ConfigFactory.parseString(
            "akka.loglevel = WARNING\nakka.coordinated-shutdown.exit-jvm = off")
        .withFallback(ConfigFactory.load()));
    settings = new HttpApiSettings(
        "127.0.0.1",
        0,
        directory,
        PATIENCE,
        4_096,
        50,
        new HttpApiSettings.Events(Duration.ofMillis(heartbeatMillis), eventBuffer, eventClients));
    ports = new HttpApiPorts(
        kit.spawn(routerBehavior()),
        kit.spawn(overviewBehavior()),
        kit.spawn(supervisorBehavior()),
        kit.spawn(coordinatorBehavior()),
        new History(() -> samples, () -> missing),
        () -> readiness,
        metrics,
        Clock.fixed(NOW, ZoneOffset.UTC));
    binding = await(HttpApi.bind(ports, settings, kit.system()));
    tokens = TokenFiles.open(directory);
  }

  static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(DEADLINE.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  int port() {
    return binding.localAddress().getPort();
  }

  Path directory() {
    return directory;
  }

  String token(Role role) {
    return tokens.get(role);
  }

  /** The router answers every request with this. */
  void answer(ServiceReply reply) {
    asked.clear();
    router = ask -> Optional.of(reply);
  }

  /** The one request that came since {@link #answer}. */
  ServiceRouter.Ask onlyAsk() {
    if (asked.size() != 1) {
      throw new AssertionError("expected one request at the router, but there were " + asked);
    }
    return asked.peek();
  }

  Response get(String path) {
    return send("GET", path, Optional.of(Role.ADMIN), null);
  }

  Response put(String path, String body, String... headers) {
    return send("PUT", path, Optional.of(Role.ADMIN), body, headers);
  }

  Response delete(String path, String... headers) {
    return send("DELETE", path, Optional.of(Role.ADMIN), null, headers);
  }

  Response post(String path, String body, String... headers) {
    return send("POST", path, Optional.of(Role.ADMIN), body, headers);
  }

  Response send(String method, String path, Optional<Role> role, String body, String... headers) {
    var request = request(path);
    role.ifPresent(r -> request.header("Authorization", "Bearer " + token(r)));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    if (body != null && !List.of(headers).contains("Content-Type")) {
      request.header("Content-Type", "application/json");
    }
    return send(request.method(
        method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body)));
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
        .timeout(DEADLINE);
  }

  Response send(HttpRequest.Builder request) {
    try {
      var response = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
      String type = response.headers().firstValue("Content-Type").orElse("");
      return new Response(
          response.statusCode(),
          type.contains("json") && !response.body().isEmpty()
              ? MAPPER.readTree(response.body())
              : MAPPER.missingNode(),
          response.body(),
          response);
    } catch (IOException e) {
      throw new IllegalStateException("no response", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Two services: {@code configuration} on the given server, {@code dge/main} on nobody. */
  static ClusterStatus status(String active) {
    var list = ServerList.of("alpha", "bravo", "charlie");
    return new ClusterStatus(
        new ServerId("alpha"),
        List.of(new ClusterStatus.Server(
            new ServerId("alpha"),
            List.of("voter"),
            "up",
            "i-1",
            0,
            0,
            new Fitness(List.of("disk short")),
            Optional.of(new ClockOffset(Duration.ofMillis(-1200), Duration.ofMillis(3))),
            "0.1")),
        new ClusterStatus.Quorum(3, 2, true, "2 of 3 voters are reachable"),
        List.of(
            new ClusterStatus.Service(
                ServiceName.CONFIGURATION,
                list,
                FailbackPolicy.AUTOMATIC,
                Optional.of(new ServerId(active)),
                7,
                "active",
                active + " is the first available in the list",
                7,
                List.of(new ClusterStatus.Standby(
                    new ServerId("charlie"),
                    "standby",
                    "follows, alpha comes first",
                    0,
                    42,
                    "abc")),
                List.of("nobody can take over: charlie is unfit")),
            new ClusterStatus.Service(
                ServiceName.dge("main"),
                list,
                new FailbackPolicy(FailbackPolicy.Mode.DELAYED, Duration.ofSeconds(30)),
                Optional.empty(),
                3,
                "none",
                "no server in the list is up",
                0,
                List.of(),
                List.of())),
        List.of(new ClusterStatus.Database("db1", "postgresql", true, "reachable", 1)),
        17);
  }

  @Override
  public void close() {
    kit.shutdownTestKit();
    try (var files = Files.walk(directory)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private Behavior<ServiceRouter.Command> routerBehavior() {
    return Behaviors.receiveMessage(command -> {
      var ask = (ServiceRouter.Ask) command;
      asked.add(ask);
      long age = ask.consistency() == ServiceRouter.Consistency.LOCAL ? 120 : 0;
      router
          .apply(ask)
          .ifPresent(reply -> ask.replyTo().tell(new ServiceRouter.Answer(reply, age)));
      return Behaviors.same();
    });
  }

  private Behavior<ClusterOverview.Message> overviewBehavior() {
    return Behaviors.receiveMessage(message -> {
      if (message instanceof ClusterOverview.WhatIf question) {
        question.replyTo().tell(outlook.apply(question));
      } else {
        status.ifPresent(((ClusterOverview.Get) message).replyTo()::tell);
      }
      return Behaviors.same();
    });
  }

  private Behavior<ClusterSupervisor.Command> supervisorBehavior() {
    return Behaviors.receiveMessage(command -> {
      commanded.add(command);
      Object reply = supervisor.apply(command);
      if (reply instanceof ClusterSupervisor.OperationReply operation) {
        ActorRef<ClusterSupervisor.OperationReply> replyTo =
            command instanceof ClusterSupervisor.Switchover s
                ? s.replyTo()
                : ((ClusterSupervisor.GetOperation) command).replyTo();
        replyTo.tell(operation);
      } else if (reply instanceof ClusterSupervisor.Terms terms) {
        ((ClusterSupervisor.GetTerms) command).replyTo().tell(terms);
      } else if (reply instanceof ClusterSupervisor.DrillReply drill) {
        ActorRef<ClusterSupervisor.DrillReply> replyTo =
            command instanceof ClusterSupervisor.StartDrill start
                ? start.replyTo()
                : ((ClusterSupervisor.GetDrill) command).replyTo();
        replyTo.tell(drill);
      } else if (reply instanceof ClusterSupervisor.DrillReports drills) {
        ((ClusterSupervisor.GetDrills) command).replyTo().tell(drills);
      }
      return Behaviors.same();
    });
  }

  private Behavior<DatabaseAdmin.Command> coordinatorBehavior() {
    return Behaviors.receiveMessage(command -> {
      administered.add(command);
      if (command instanceof DatabaseAdmin.GetDatabases get) {
        databases.ifPresent(get.replyTo()::tell);
      } else {
        coordinator.apply(command).ifPresent(replyTo(command)::tell);
      }
      return Behaviors.same();
    });
  }

  private static ActorRef<DatabaseAdmin.Reply> replyTo(DatabaseAdmin.Command command) {
    if (command instanceof DatabaseAdmin.Add add) {
      return add.replyTo();
    }
    if (command instanceof DatabaseAdmin.Remove remove) {
      return remove.replyTo();
    }
    if (command instanceof DatabaseAdmin.Activate activate) {
      return activate.replyTo();
    }
    if (command instanceof DatabaseAdmin.Deactivate deactivate) {
      return deactivate.replyTo();
    }
    return ((DatabaseAdmin.Check) command).replyTo();
  }

  /** Answers nothing for every series. */
  static class NoSamples implements SampleQueries {
    @Override
    public CompletionStage<Optional<Sample>> latest(String series) {
      return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public CompletionStage<List<Sample>> range(String series, Instant from, Instant to, int limit) {
      return CompletableFuture.completedFuture(List.of());
    }

    @Override
    public CompletionStage<List<SampleBucket>> buckets(
        String series, Instant from, Instant to, Duration step) {
      return CompletableFuture.completedFuture(List.of());
    }
  }

  /** The samples of one place, as if others were missing. */
  record History(Supplier<SampleQueries> samples, Supplier<List<String>> missing)
      implements SampleHistory {
    @Override
    public CompletionStage<Found<Optional<Sample>>> latest(String series) {
      return found(samples.get().latest(series));
    }

    @Override
    public CompletionStage<Found<List<Sample>>> range(
        String series, Instant from, Instant to, int limit) {
      return found(samples.get().range(series, from, to, limit));
    }

    @Override
    public CompletionStage<Found<List<SampleBucket>>> buckets(
        String series, Instant from, Instant to, Duration step) {
      return found(samples.get().buckets(series, from, to, step));
    }

    private <T> CompletionStage<Found<T>> found(CompletionStage<T> here) {
      return here.thenApply(value -> new Found<>(value, missing.get()));
    }
  }
}
