package mainstay.http.route;

import akka.actor.typed.ActorRef;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import mainstay.http.error.ProblemException;
import mainstay.http.error.ProblemKind;
import mainstay.http.json.DatabaseJson;
import mainstay.http.json.ObjectReading;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.model.Role;

/**
 * {@code /databases}: which ones count, how those that do not are doing, and changes of them. Each change says what shall
 * be, so it may be repeated.
 */
public final class DatabasesResource {
  private static final String ALL = "/api/v1/databases";
  private static final String ONE = ALL + "/{name}";

  private final Backend backend;

  public DatabasesResource(Backend backend) {
    this.backend = backend;
  }

  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.of("GET", ALL, Role.VIEWER, this::list),
        Endpoint.of("GET", ONE, Role.VIEWER, this::show),
        Endpoint.of("PUT", ONE, Role.ADMIN, this::put),
        Endpoint.of("DELETE", ONE, Role.ADMIN, this::delete),
        Endpoint.of("POST", ONE + "/activate", Role.ADMIN, this::activate),
        Endpoint.of("POST", ONE + "/deactivate", Role.ADMIN, this::deactivate),
        Endpoint.of("POST", ONE + "/check", Role.ADMIN, this::check));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    call.query();
    return backend
        .databases()
        .thenApplyAsync(
            listing -> Responses.json(
                listing.databases().stream().map(DatabaseJson::of).toList()),
            backend.executor());
  }

  private CompletionStage<HttpResponse> show(Call call) {
    call.query();
    String name = call.id("name");
    return backend
        .databases()
        .thenApply(listing -> json(find(name, listing).orElseThrow(() -> unknown(name, listing))));
  }

  /** The listing before tells a new one from a known one; that another request adds it meanwhile does no harm. */
  private CompletionStage<HttpResponse> put(Call call) {
    call.query();
    String name = call.id("name");
    return call.json()
        .thenApply(body -> ObjectReading.newDatabase(name, body))
        .thenCompose(added -> backend
            .databases()
            .thenCompose(before -> changed(replyTo -> new DatabaseAdmin.Add(
                    added.address(), added.cluster(), call.principal(), replyTo))
                .thenApply(
                    response -> response.withStatus(find(name, before).isPresent() ? 200 : 201))));
  }

  private CompletionStage<HttpResponse> delete(Call call) {
    call.query();
    String name = call.id("name");
    return backend
        .administer(replyTo -> new DatabaseAdmin.Remove(name, call.principal(), replyTo))
        .thenApply(removed -> Responses.noContent());
  }

  private CompletionStage<HttpResponse> activate(Call call) {
    call.query();
    String name = call.id("name");
    return call.optionalJson()
        .thenApply(body -> body.map(ObjectReading::force).orElse(false))
        .thenCompose(force ->
            changed(replyTo -> new DatabaseAdmin.Activate(name, force, call.principal(), replyTo)))
        .thenApply(response -> goingOn(name, response));
  }

  private CompletionStage<HttpResponse> deactivate(Call call) {
    call.query();
    String name = call.id("name");
    return changed(replyTo -> new DatabaseAdmin.Deactivate(name, call.principal(), replyTo));
  }

  private CompletionStage<HttpResponse> check(Call call) {
    call.query();
    String name = call.id("name");
    return changed(replyTo -> new DatabaseAdmin.Check(name, call.principal(), replyTo))
        .thenApply(response -> goingOn(name, response));
  }

  private CompletionStage<HttpResponse> changed(
      Function<ActorRef<DatabaseAdmin.Reply>, DatabaseAdmin.Command> command) {
    return backend
        .administer(command)
        .thenApply(database -> json(database.orElseThrow(() -> new IllegalStateException(
            "the coordinator of the databases answered with neither database nor refusal"))));
  }

  /** What was asked for has begun; the row of the database says how it goes on. */
  private static HttpResponse goingOn(String name, HttpResponse response) {
    return response.withStatus(202).addHeader(RawHeader.create("Location", ALL + "/" + name));
  }

  private static HttpResponse json(DatabaseAdmin.Database database) {
    return Responses.json(DatabaseJson.of(database));
  }

  private static Optional<DatabaseAdmin.Database> find(String name, DatabaseAdmin.Listing listing) {
    return listing.databases().stream()
        .filter(database -> database.name().equals(name))
        .findFirst();
  }

  private static ProblemException unknown(String name, DatabaseAdmin.Listing listing) {
    var names =
        listing.databases().stream().map(DatabaseAdmin.Database::name).sorted().toList();
    return ProblemException.of(
        ProblemKind.NOT_FOUND,
        "there is no database " + name + "; known are " + String.join(", ", names));
  }
}
