package mainstay.http.route;

import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import mainstay.http.error.ProblemException;
import mainstay.http.error.ProblemKind;
import mainstay.http.json.ClusterJson;
import mainstay.http.json.Items;
import mainstay.http.json.ObjectReading;
import mainstay.http.json.OperationJson;
import mainstay.http.json.OutlookJson;
import mainstay.http.json.TermJson;
import mainstay.protocol.message.ClusterStatus;
import mainstay.protocol.message.ClusterSupervisor;
import mainstay.protocol.message.Precondition;
import mainstay.protocol.message.Provisioning;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceRouter.Consistency;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.ObjectKind;
import mainstay.protocol.model.Role;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServerList;
import mainstay.protocol.model.ServiceName;
import mainstay.protocol.model.ServiceSettings;

/** {@code /services} and {@code /operations}: who serves what and why, who would, and planned moves. */
public final class ServicesResource {
  private static final int TERMS_WHEN_ABSENT = 100;

  private final Backend backend;
  private final int maximumItems;

  /** @param maximumItems most terms in one answer */
  public ServicesResource(Backend backend, int maximumItems) {
    this.backend = backend;
    this.maximumItems = maximumItems;
  }

  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.of("GET", "/api/v1/services", Role.VIEWER, this::list),
        Endpoint.of("GET", "/api/v1/services/{service+}", Role.VIEWER, this::show),
        Endpoint.of("GET", "/api/v1/services/{service+}/explain", Role.VIEWER, this::explain),
        Endpoint.of("GET", "/api/v1/services/{service+}/history", Role.VIEWER, this::history),
        Endpoint.of(
            "PUT", "/api/v1/services/{service+}/server-list", Role.ADMIN, this::putServerList),
        Endpoint.of("POST", "/api/v1/services/{service+}/switchover", Role.ADMIN, this::switchover),
        Endpoint.of("POST", "/api/v1/what-if", Role.VIEWER, this::whatIf),
        Endpoint.of("GET", "/api/v1/operations/{id}", Role.VIEWER, this::operation));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    call.query();
    return backend
        .overview()
        .thenApplyAsync(
            status -> Responses.json(ClusterJson.of(status).services()), backend.executor());
  }

  private CompletionStage<HttpResponse> show(Call call) {
    call.query();
    return known(call.service())
        .thenApply(service -> Responses.json(ClusterJson.Service.of(service)));
  }

  private CompletionStage<HttpResponse> explain(Call call) {
    call.query();
    return known(call.service())
        .thenApply(service -> Responses.json(ClusterJson.Explanation.of(service)));
  }

  private CompletionStage<HttpResponse> history(Call call) {
    var service = call.service();
    int limit = (int) call.query("limit")
        .number("limit", 1, maximumItems, Math.min(TERMS_WHEN_ABSENT, maximumItems));
    return backend
        .terms(service, limit)
        .thenCompose(terms -> {
          var items = TermJson.of(terms.items());
          var response = CompletableFuture.completedFuture(Items.of(items));
          return items.isEmpty() ? known(service).thenCompose(exists -> response) : response;
        })
        .thenApply(Responses::json);
  }

  private CompletionStage<HttpResponse> switchover(Call call) {
    call.query();
    var service = call.service();
    return call.optionalJson()
        .thenCompose(
            body -> backend.switchover(call, service, body.flatMap(ObjectReading::destination)))
        .thenApply(ServicesResource::accepted);
  }

  private static HttpResponse accepted(ClusterSupervisor.Operation operation) {
    return Responses.json(OperationJson.of(operation))
        .withStatus(202)
        .addHeader(RawHeader.create("Location", "/api/v1/operations/" + operation.id()));
  }

  /** A question, though it has a body: it changes nothing. */
  private CompletionStage<HttpResponse> whatIf(Call call) {
    call.query();
    return call.json()
        .thenApply(ObjectReading::down)
        .thenCompose(down -> backend.overview().thenCompose(status -> {
          requireServers(down, status);
          return backend.whatIf(down);
        }))
        .thenApply(outlook -> Responses.json(OutlookJson.of(outlook)));
  }

  private static void requireServers(Set<ServerId> down, ClusterStatus status) {
    if (status.services().isEmpty()) {
      throw notReady(status);
    }
    var known = status.servers().stream().map(ClusterStatus.Server::name).toList();
    var unknown =
        down.stream().filter(server -> !known.contains(server)).sorted().toList();
    if (!unknown.isEmpty()) {
      throw ProblemException.at(
          ProblemKind.INVALID,
          "/down",
          "there is no server " + unknown.get(0) + "; known are "
              + known.stream().map(ServerId::value).sorted().collect(Collectors.joining(", ")));
    }
  }

  private CompletionStage<HttpResponse> operation(Call call) {
    call.query();
    return backend
        .operation(call.id("id"))
        .thenApply(operation -> Responses.json(OperationJson.of(operation)));
  }

  /** Replaces the server list in the settings of a service and keeps their policy. */
  private CompletionStage<HttpResponse> putServerList(Call call) {
    String comment = ConfigurationResource.comment(call.query("comment"));
    var service = call.service();
    var demanded = call.precondition();
    return call.json()
        .thenApply(ObjectReading::serverList)
        .thenCompose(list -> known(service)
            .thenCompose(exists -> change(call, service, list, demanded))
            .thenCompose(change -> backend.write(
                call,
                new Provisioning.PutObject(change.settings(), change.precondition(), comment))))
        .thenApply(ConfigurationResource::written);
  }

  private record Change(ServiceSettings settings, Precondition precondition) {}

  /**
   * What is to be put. Where the client demands nothing, it is that the settings read here are still the current ones,
   * so that a policy changed meanwhile is not put back.
   */
  private CompletableFuture<Change> change(
      Call call, ServiceName service, ServerList list, Precondition demanded) {
    boolean any = demanded.kind() == Precondition.Kind.NONE;
    return settings(call, service.value()).thenCompose(own -> {
      if (own.isPresent()) {
        var settings = (ServiceSettings) own.get().object();
        return CompletableFuture.completedFuture(new Change(
            new ServiceSettings(
                service.value(), list, settings.policy(), settings.configurationOnBackup()),
            any ? Precondition.revision(own.get().revision()) : demanded));
      }
      return settings(call, ServiceSettings.DEFAULT_ID).thenApply(shared -> {
        var inherited = shared.map(found -> (ServiceSettings) found.object());
        return new Change(
            new ServiceSettings(
                service.value(),
                list,
                inherited.map(ServiceSettings::policy).orElse(FailbackPolicy.AUTOMATIC),
                inherited.map(ServiceSettings::configurationOnBackup).orElse(false)),
            any ? Precondition.ABSENT : demanded);
      });
    });
  }

  private CompletableFuture<Optional<ServiceReply.ObjectFound>> settings(Call call, String id) {
    return backend
        .read(call, new Provisioning.GetObject(ObjectKind.SERVICE, id), Consistency.LINEARIZABLE)
        .thenApply(
            answer -> Optional.of(Replies.expect(ServiceReply.ObjectFound.class, answer.reply())))
        .exceptionallyCompose(failure -> Failures.cause(failure) instanceof ProblemException problem
                && problem.kind() == ProblemKind.NOT_FOUND
            ? CompletableFuture.completedFuture(Optional.empty())
            : CompletableFuture.failedFuture(failure));
  }

  private CompletableFuture<ClusterStatus.Service> known(ServiceName name) {
    return backend
        .overview()
        .thenApply(status -> status.service(name).orElseThrow(() -> unknown(name, status)));
  }

  static ProblemException unknown(ServiceName name, ClusterStatus status) {
    if (status.services().isEmpty()) {
      return notReady(status);
    }
    var names = status.services().stream()
        .map(service -> service.name().value())
        .sorted()
        .toList();
    return ProblemException.of(
        ProblemKind.NOT_FOUND,
        "there is no service " + name + "; known are " + String.join(", ", names));
  }

  private static ProblemException notReady(ClusterStatus status) {
    return ProblemException.of(
        ProblemKind.NOT_READY,
        status.reportedBy()
            + " does not know who is active: it is no full member of the cluster yet");
  }
}
