package mainstay.http;

import akka.actor.CoordinatedShutdown;
import akka.actor.typed.ActorSystem;
import akka.http.javadsl.Http;
import akka.http.javadsl.ServerBinding;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.server.Directives;
import akka.http.javadsl.server.Route;
import akka.http.javadsl.settings.ServerSettings;
import akka.stream.javadsl.Flow;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import mainstay.http.error.ProblemParsingErrorHandler;
import mainstay.http.metrics.JvmMetrics;
import mainstay.http.metrics.RequestMetrics;
import mainstay.http.route.Backend;
import mainstay.http.route.ClusterResource;
import mainstay.http.route.ConfigurationResource;
import mainstay.http.route.DatabasesResource;
import mainstay.http.route.Dispatcher;
import mainstay.http.route.DocumentsResource;
import mainstay.http.route.DrillsResource;
import mainstay.http.route.Endpoint;
import mainstay.http.route.EventsResource;
import mainstay.http.route.HealthResource;
import mainstay.http.route.MetricsResource;
import mainstay.http.route.PointsResource;
import mainstay.http.route.RouteTable;
import mainstay.http.route.ServicesResource;
import mainstay.http.route.SmallBodies;
import mainstay.http.security.Authenticator;
import mainstay.http.security.TokenFiles;

/** The HTTP API of one server. */
public final class HttpApi {
  /** How long requests may go on when the server stops. */
  private static final Duration TERMINATION = Duration.ofSeconds(2);

  /** Requests of one connection that are worked on at a time; those that it sends ahead wait. */
  private static final int ONE_AT_A_TIME = 1;

  private HttpApi() {}

  /**
   * The API as a route, without a port. Token files are read, and made where missing.
   *
   * @throws mainstay.http.security.TokenFileException if the token files cannot be used
   */
  public static Route create(HttpApiPorts ports, HttpApiSettings settings, ActorSystem<?> system) {
    return Directives.handle(dispatcher(ports, settings, system));
  }

  /**
   * Serves the API until the actor system stops.
   *
   * @return fails with {@link HttpBindException} if the port cannot be opened
   * @throws mainstay.http.security.TokenFileException if the token files cannot be used
   */
  public static CompletionStage<ServerBinding> bind(
      HttpApiPorts ports, HttpApiSettings settings, ActorSystem<?> system) {
    return Http.get(system)
        .newServerAt(settings.bindHost(), settings.port())
        .withSettings(serverSettings(system))
        .bindFlow(Flow.of(HttpRequest.class)
            .via(new SmallBodies(settings.requestPatience()))
            .mapAsync(ONE_AT_A_TIME, dispatcher(ports, settings, system)))
        .handle((binding, failure) -> {
          if (failure != null) {
            throw bindFailure(settings, failure);
          }
          return binding.addToCoordinatedShutdown(TERMINATION, system);
        });
  }

  /** Everything that the API answers, for the description of the API to be compared with. */
  static List<Endpoint> endpoints(
      HttpApiPorts ports, HttpApiSettings settings, ActorSystem<?> system, EventsResource events) {
    var backend = new Backend(
        ports.router(),
        ports.overview(),
        ports.supervisor(),
        ports.databases(),
        settings.requestPatience(),
        system);
    return Stream.of(
            new PointsResource(backend, ports.samples(), settings.maximumItems(), ports.clock())
                .endpoints(),
            new ClusterResource(backend).endpoints(),
            new DatabasesResource(backend).endpoints(),
            new ServicesResource(backend, settings.maximumItems()).endpoints(),
            new DrillsResource(backend, settings.maximumItems()).endpoints(),
            new ConfigurationResource(backend, settings.maximumItems()).endpoints(),
            events.endpoints(),
            new HealthResource(backend, () -> whyNotReady(ports)).endpoints(),
            new MetricsResource(ports.metrics(), system.executionContext()).endpoints(),
            new DocumentsResource().endpoints())
        .flatMap(List::stream)
        .toList();
  }

  private static Dispatcher dispatcher(
      HttpApiPorts ports, HttpApiSettings settings, ActorSystem<?> system) {
    var authenticator = new Authenticator(TokenFiles.open(settings.tokenDirectory()));
    var limits = settings.events();
    var events =
        new EventsResource(system, limits.heartbeat(), limits.buffer(), limits.maximumClients());
    var jvm = JvmMetrics.bindTo(ports.metrics());
    ports.metrics().gauge("mainstay.http.event.streams", events, EventsResource::clients);
    CoordinatedShutdown.get(system)
        .addTask(CoordinatedShutdown.PhaseServiceUnbind(), "end-http-event-streams", () -> {
          jvm.close();
          return events.close();
        });
    return new Dispatcher(
        new RouteTable(endpoints(ports, settings, system, events)),
        authenticator,
        new RequestMetrics(ports.metrics()),
        settings.maximumBody(),
        settings.requestPatience(),
        system);
  }

  private static Optional<String> whyNotReady(HttpApiPorts ports) {
    var readiness = ports.readiness().get();
    return readiness.ready() ? Optional.empty() : Optional.of(readiness.reason());
  }

  /**
   * Headers come as they were sent, since the API reads them by its own stricter rules. There is no request timeout:
   * every handler has one of its own.
   */
  private static ServerSettings serverSettings(ActorSystem<?> system) {
    Config own = ConfigFactory.parseString(String.join(
        "\n",
        "akka.http.server.server-header = \"\"",
        "akka.http.server.request-timeout = infinite",
        "akka.http.server.transparent-head-requests = on",
        "akka.http.server.parsing.error-handler = \"" + ProblemParsingErrorHandler.class.getName()
            + "\"",
        "akka.http.server.parsing.modeled-header-parsing = off",
        "akka.http.server.parsing.illegal-header-warnings = off"));
    return ServerSettings.create(own.withFallback(system.settings().config()));
  }

  private static HttpBindException bindFailure(HttpApiSettings settings, Throwable failure) {
    Throwable cause = failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
    Throwable reason = cause.getCause() == null ? cause : cause.getCause();
    return new HttpBindException(
        "HTTP cannot listen on " + settings.bindHost() + " port " + settings.port() + ": "
            + reason.getMessage()
            + "; stop the program that uses the port, or change http-port of this server in"
            + " mainstay.servers, or mainstay.http.bind-host",
        cause);
  }
}
