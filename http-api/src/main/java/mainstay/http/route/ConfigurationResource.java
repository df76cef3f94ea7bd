package mainstay.http.route;

import akka.http.javadsl.model.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mainstay.http.error.ProblemException;
import mainstay.http.error.ProblemKind;
import mainstay.http.json.Fields;
import mainstay.http.json.Items;
import mainstay.http.json.ObjectJson;
import mainstay.http.json.ObjectReading;
import mainstay.protocol.message.Precondition;
import mainstay.protocol.message.Provisioning;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceRouter.Consistency;
import mainstay.protocol.model.ObjectKind;
import mainstay.protocol.model.Role;

/**
 * {@code /config}: objects by kind and id, their history, and all of them at once. Settings of services have paths of
 * their own: their ids hold a slash, and only an admin changes them.
 */
public final class ConfigurationResource {
  private static final int MAXIMUM_COMMENT = 500;
  private static final int CHANGES_WHEN_ABSENT = 100;

  private record WrittenJson(long version, long revision, long term) {}

  private record ChangeJson(
      long version,
      String kind,
      String id,
      String action,
      long revision,
      Instant at,
      String author,
      String comment,
      long term) {}

  private record ExportJson(long version, Map<String, List<ObjectJson>> objects) {}

  private final Backend backend;
  private final int maximumItems;

  /** @param maximumItems most changes in one answer */
  public ConfigurationResource(Backend backend, int maximumItems) {
    this.backend = backend;
    this.maximumItems = maximumItems;
  }

  public List<Endpoint> endpoints() {
    var services = "/api/v1/config/service/{id+}";
    var others = "/api/v1/config/{kind}/{id}";
    return List.of(
        Endpoint.of("GET", "/api/v1/config/history", Role.VIEWER, this::history),
        Endpoint.of("GET", "/api/v1/config/export", Role.VIEWER, this::export),
        Endpoint.of("GET", "/api/v1/config/{kind}", Role.VIEWER, this::list),
        Endpoint.of("GET", services, Role.VIEWER, call -> get(call, ObjectKind.SERVICE)),
        Endpoint.of("PUT", services, Role.ADMIN, call -> put(call, ObjectKind.SERVICE)),
        Endpoint.of("DELETE", services, Role.ADMIN, call -> delete(call, ObjectKind.SERVICE)),
        Endpoint.of("GET", others, Role.VIEWER, call -> get(call, otherKind(call))),
        Endpoint.of("PUT", others, Role.ENGINEER, call -> put(call, otherKind(call))),
        Endpoint.of("DELETE", others, Role.ENGINEER, call -> delete(call, otherKind(call))));
  }

  private CompletionStage<HttpResponse> get(Call call, ObjectKind kind) {
    var consistency = Call.consistency(call.query("consistency"));
    var known = call.knownRevision();
    return backend
        .read(call, new Provisioning.GetObject(kind, call.id("id")), consistency)
        .thenApply(answer -> {
          var found = Replies.expect(ServiceReply.ObjectFound.class, answer.reply());
          var revision = OptionalLong.of(found.revision());
          return known.equals(revision)
              ? Responses.notModified(found.revision())
              : Responses.tagged(
                  Responses.json(ObjectJson.of(found.object(), revision)), found.revision());
        });
  }

  private CompletionStage<HttpResponse> put(Call call, ObjectKind kind) {
    String comment = comment(call.query("comment"));
    var demanded = call.precondition();
    String id = call.id("id");
    return call.json()
        .thenCompose(body -> {
          var read = ObjectReading.read(kind, id, body);
          return backend.write(
              call,
              new Provisioning.PutObject(
                  read.object(), combined(demanded, read.revision()), comment));
        })
        .thenApply(ConfigurationResource::written);
  }

  private CompletionStage<HttpResponse> delete(Call call, ObjectKind kind) {
    String comment = comment(call.query("comment"));
    var demanded = call.precondition();
    if (demanded.kind() == Precondition.Kind.ABSENT) {
      throw ProblemException.at(
          ProblemKind.MALFORMED,
          "header if-none-match",
          "header if-none-match: * means that the object must not exist, which is no use with DELETE");
    }
    return backend
        .write(call, new Provisioning.DeleteObject(kind, call.id("id"), demanded, comment))
        .thenApply(
            reply -> Responses.json(json(Replies.expect(ServiceReply.Written.class, reply))));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    var consistency = Call.consistency(call.query("consistency"));
    var kind = kind(call, List.of(ObjectKind.values()));
    return backend
        .read(call, new Provisioning.ListObjects(Optional.of(kind)), consistency)
        .thenApplyAsync(
            answer -> {
              var found = Replies.expect(ServiceReply.Objects.class, answer.reply());
              var items = found.items().stream()
                  .map(item -> ObjectJson.of(item.object(), OptionalLong.of(item.revision())))
                  .toList();
              return Responses.json(new Items<>(
                  items, OptionalLong.of(found.version()), age(consistency, answer.ageMillis())));
            },
            backend.executor());
  }

  private CompletionStage<HttpResponse> history(Call call) {
    var query = call.query("after", "limit");
    long after = query.number("after", 0, Long.MAX_VALUE, 0);
    int limit =
        (int) query.number("limit", 1, maximumItems, Math.min(CHANGES_WHEN_ABSENT, maximumItems));
    return backend
        .read(call, new Provisioning.GetHistory(after, limit), Consistency.LINEARIZABLE)
        .thenApplyAsync(
            answer -> {
              var found = Replies.expect(ServiceReply.History.class, answer.reply());
              var items = found.items().stream()
                  .map(c -> new ChangeJson(
                      c.version(),
                      c.kind().word(),
                      c.id(),
                      c.action(),
                      c.revision(),
                      c.at(),
                      c.author(),
                      c.comment(),
                      c.term()))
                  .toList();
              return Responses.json(
                  new Items<>(items, OptionalLong.of(found.version()), OptionalLong.empty()));
            },
            backend.executor());
  }

  private CompletionStage<HttpResponse> export(Call call) {
    call.query();
    return backend
        .read(call, new Provisioning.ListObjects(Optional.empty()), Consistency.LINEARIZABLE)
        .thenApplyAsync(
            answer -> {
              var found = Replies.expect(ServiceReply.Objects.class, answer.reply());
              var byKind = new LinkedHashMap<String, List<ObjectJson>>();
              Stream.of(ObjectKind.values())
                  .forEach(kind -> byKind.put(kind.word(), new ArrayList<>()));
              found
                  .items()
                  .forEach(item -> byKind
                      .get(item.object().objectKind().word())
                      .add(ObjectJson.of(item.object(), OptionalLong.empty())));
              return Responses.json(new ExportJson(found.version(), byKind));
            },
            backend.executor());
  }

  /** The response to a stored change. */
  static HttpResponse written(ServiceReply reply) {
    var written = Replies.expect(ServiceReply.Written.class, reply);
    return Responses.tagged(
        Responses.json(json(written)).withStatus(written.created() ? 201 : 200),
        written.revision());
  }

  /** Why a change is made, from a query parameter; for the history. */
  static String comment(QueryParameters query) {
    String comment = query.text("comment").orElse("");
    if (comment.length() > MAXIMUM_COMMENT || !Fields.isPlain(comment)) {
      throw QueryParameters.malformed(
          "comment",
          "must have at most " + MAXIMUM_COMMENT + " characters, none of them a control character",
          comment);
    }
    return comment;
  }

  /** How old a local read is; empty for others. */
  static OptionalLong age(Consistency consistency, long ageMillis) {
    return consistency == Consistency.LOCAL ? OptionalLong.of(ageMillis) : OptionalLong.empty();
  }

  private static WrittenJson json(ServiceReply.Written written) {
    return new WrittenJson(written.version(), written.revision(), written.term());
  }

  /** A revision in the body, as a GET puts it there, demands the same as {@code If-Match}. */
  private static Precondition combined(Precondition demanded, OptionalLong inBody) {
    if (inBody.isEmpty() || demanded.kind() == Precondition.Kind.ABSENT) {
      return demanded;
    }
    if (demanded.kind() == Precondition.Kind.REVISION
        && demanded.revision() != inBody.getAsLong()) {
      throw ProblemException.at(
          ProblemKind.INVALID,
          "/revision",
          "must be " + demanded.revision() + " as in the header If-Match or be left out, but is "
              + inBody.getAsLong());
    }
    return Precondition.revision(inBody.getAsLong());
  }

  private static ObjectKind otherKind(Call call) {
    return kind(
        call,
        Stream.of(ObjectKind.values())
            .filter(kind -> kind != ObjectKind.SERVICE)
            .toList());
  }

  private static ObjectKind kind(Call call, List<ObjectKind> possible) {
    String word = call.variable("kind");
    return ObjectKind.fromWord(word)
        .filter(possible::contains)
        .orElseThrow(() -> ProblemException.of(
            ProblemKind.NOT_FOUND,
            "there is no such kind of object; kinds are "
                + Stream.of(ObjectKind.values())
                    .map(ObjectKind::word)
                    .collect(Collectors.joining(", "))));
  }
}
