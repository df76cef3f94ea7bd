package mainstay.http.route;

import akka.http.javadsl.model.HttpResponse;
import com.fasterxml.jackson.databind.ObjectWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mainstay.http.error.ProblemException;
import mainstay.http.error.ProblemKind;
import mainstay.http.json.Items;
import mainstay.http.json.Json;
import mainstay.http.json.ObjectReading;
import mainstay.http.json.PointValueJson;
import mainstay.http.json.SamplesJson;
import mainstay.protocol.message.Points;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceRouter;
import mainstay.protocol.message.ServiceRouter.Consistency;
import mainstay.protocol.model.Role;
import mainstay.protocol.query.SampleHistory;

/** {@code /points}: values that people set, values that were gathered, and their history. */
public final class PointsResource {
  private static final Duration INTERVAL_WHEN_ABSENT = Duration.ofHours(1);
  private static final int SAMPLES_WHEN_ABSENT = 1_000;
  private static final ObjectWriter VALUE = Json.writerFor(PointValueJson.class);

  private final Backend backend;
  private final SampleHistory samples;
  private final int maximumItems;
  private final Clock clock;

  /** @param maximumItems most samples or steps in one answer */
  public PointsResource(Backend backend, SampleHistory samples, int maximumItems, Clock clock) {
    this.backend = backend;
    this.samples = samples;
    this.maximumItems = maximumItems;
    this.clock = clock;
  }

  public List<Endpoint> endpoints() {
    return List.of(
        Endpoint.of("GET", "/api/v1/points", Role.VIEWER, this::list),
        Endpoint.of("GET", "/api/v1/points/{id}/value", Role.VIEWER, this::getValue),
        Endpoint.of("PUT", "/api/v1/points/{id}/value", Role.OPERATOR, this::putValue),
        Endpoint.of("GET", "/api/v1/points/{id}/samples", Role.VIEWER, this::samples));
  }

  private CompletionStage<HttpResponse> list(Call call) {
    var consistency = Call.consistency(call.query("consistency"));
    return backend
        .read(call, new Points.ListPoints(), consistency)
        .thenApplyAsync(
            answer -> Responses.json(new Items<>(
                Replies.expect(ServiceReply.PointDirectory.class, answer.reply())
                    .items(),
                OptionalLong.empty(),
                ConfigurationResource.age(consistency, answer.ageMillis()))),
            backend.executor());
  }

  private CompletionStage<HttpResponse> putValue(Call call) {
    call.query();
    var precondition = call.precondition();
    String id = call.id("id");
    return call.json()
        .thenCompose(body -> backend.write(
            call, new Points.SetValue(id, ObjectReading.pointValue(body), precondition)))
        .thenApply(reply -> {
          if (reply instanceof ServiceReply.GatheredPoint) {
            throw ProblemException.of(
                ProblemKind.REFUSED_BY_RULE,
                "point " + id
                    + " is gathered by the test of the same id, so its value cannot be set");
          }
          return manual(Replies.expect(ServiceReply.PointValue.class, reply), null);
        });
  }

  private CompletionStage<HttpResponse> getValue(Call call) {
    var consistency = Call.consistency(call.query("consistency"));
    var known = call.knownRevision();
    return backend
        .read(call, new Points.GetValue(call.id("id")), consistency)
        .thenCompose(answer -> {
          if (answer.reply() instanceof ServiceReply.GatheredPoint gathered) {
            return gathered(gathered.point());
          }
          var point = Replies.expect(ServiceReply.PointValue.class, answer.reply());
          return CompletableFuture.completedFuture(
              known.equals(OptionalLong.of(point.revision()))
                  ? Responses.notModified(point.revision())
                  : manual(point, consistency == Consistency.LOCAL ? answer.ageMillis() : null));
        });
  }

  private static HttpResponse manual(ServiceReply.PointValue point, Long ageMillis) {
    return Responses.tagged(
        Responses.json(Json.bytes(VALUE, PointValueJson.of(point, ageMillis))), point.revision());
  }

  private CompletableFuture<HttpResponse> gathered(String id) {
    return backend
        .samples(samples.latest(id))
        .thenApply(newest -> Responses.json(Json.bytes(VALUE, PointValueJson.of(id, newest))));
  }

  private CompletionStage<HttpResponse> samples(Call call) {
    var query = call.query("from", "to", "step", "limit");
    String id = call.id("id");
    Instant to = query.instant("to", clock.instant());
    Instant from = query.instant("from", to.minus(INTERVAL_WHEN_ABSENT));
    if (!from.isBefore(to)) {
      throw QueryParameters.malformed("from", "must be before to (" + to + ")", from.toString());
    }
    var step = query.duration("step");
    int limit =
        (int) query.number("limit", 1, maximumItems, Math.min(SAMPLES_WHEN_ABSENT, maximumItems));
    CompletableFuture<SamplesJson> answer = step.isPresent()
        ? buckets(id, from, to, step.get())
        : backend
            .samples(samples.range(id, from, to, limit))
            .thenApply(found -> SamplesJson.of(id, found));
    return answer
        .thenCompose(
            history -> history.samples().isEmpty() ? emptyHistoryOf(call, history) : done(history))
        .thenApplyAsync(Responses::json, backend.executor());
  }

  private CompletableFuture<SamplesJson> buckets(
      String id, Instant from, Instant to, Duration step) {
    long steps = Duration.between(from, to).dividedBy(step) + 1;
    if (steps > maximumItems) {
      throw QueryParameters.malformed(
          "step",
          "must be so long that from .. to has at most " + maximumItems + " steps",
          steps + " steps");
    }
    return backend
        .samples(samples.buckets(id, from, to, step))
        .thenApply(found -> SamplesJson.ofBuckets(id, found));
  }

  /** Tells a point without samples from one that does not exist. */
  private CompletableFuture<SamplesJson> emptyHistoryOf(Call call, SamplesJson empty) {
    CompletableFuture<ServiceRouter.Answer> exists =
        backend.read(call, new Points.GetValue(empty.id()), Consistency.LOCAL);
    return exists.thenApply(answer -> empty);
  }

  private static CompletableFuture<SamplesJson> done(SamplesJson history) {
    return CompletableFuture.completedFuture(history);
  }
}
