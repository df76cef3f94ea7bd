package mainstay.http.route;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.RecipientRef;
import akka.actor.typed.Scheduler;
import akka.actor.typed.scaladsl.AskPattern;
import akka.util.Timeout;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import mainstay.http.error.ProblemException;
import mainstay.http.error.ProblemKind;
import mainstay.protocol.message.ClusterOverview;
import mainstay.protocol.message.ClusterStatus;
import mainstay.protocol.message.ClusterSupervisor;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceRequest;
import mainstay.protocol.message.ServiceRouter;
import mainstay.protocol.message.ServiceRouter.Consistency;
import mainstay.protocol.message.TakeoverOutlook;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import scala.concurrent.ExecutionContext;

/**
 * Asks the actors behind the API. Every stage ends in time, with a {@link ProblemException} where there is no answer,
 * and runs what depends on it on the thread of the answering actor: what takes long belongs on {@link #executor()}.
 */
public final class Backend {
  /** What the router gets beyond its patience before its silence counts as an answer. */
  private static final Duration GRACE = Duration.ofSeconds(1);

  private final ActorRef<ServiceRouter.Command> router;
  private final ActorRef<ClusterOverview.Message> overview;
  private final ActorRef<ClusterSupervisor.Command> supervisor;
  private final ActorRef<DatabaseAdmin.Command> databases;
  private final Duration patience;
  private final Timeout patienceTimeout;
  private final Timeout routerTimeout;
  private final Scheduler scheduler;
  private final Executor executor;

  public Backend(
      ActorRef<ServiceRouter.Command> router,
      ActorRef<ClusterOverview.Message> overview,
      ActorRef<ClusterSupervisor.Command> supervisor,
      ActorRef<DatabaseAdmin.Command> databases,
      Duration patience,
      ActorSystem<?> system) {
    this.router = router;
    this.overview = overview;
    this.supervisor = supervisor;
    this.databases = databases;
    this.patience = patience;
    this.patienceTimeout = Timeout.create(patience);
    this.routerTimeout = Timeout.create(patience.plus(GRACE));
    this.scheduler = system.scheduler();
    this.executor = system.executionContext();
  }

  /** For work that would hold up the answering actor. */
  Executor executor() {
    return executor;
  }

  /** Reads from the service {@code configuration}; a refusal becomes a {@link ProblemException}. */
  CompletableFuture<ServiceRouter.Answer> read(
      Call call, ServiceRequest.Read request, Consistency consistency) {
    return route(
        call,
        call.readId(),
        request,
        consistency,
        () -> ProblemException.of(
            ProblemKind.UNAVAILABLE,
            "the router of this server gave no answer within " + patience.toMillis() + " ms"));
  }

  /** Writes to the service {@code configuration}; a refusal becomes a {@link ProblemException}. */
  CompletableFuture<ServiceReply> write(Call call, ServiceRequest.Write request) {
    return route(
            call,
            call.requestId(),
            request,
            Consistency.LINEARIZABLE,
            () -> ProblemException.of(
                ProblemKind.OUTCOME_UNKNOWN,
                "the router of this server gave no answer within " + patience.toMillis()
                    + " ms; repeat the request with the same Idempotency-Key"))
        .thenApply(ServiceRouter.Answer::reply);
  }

  private CompletableFuture<ServiceRouter.Answer> route(
      Call call,
      String requestId,
      ServiceRequest request,
      Consistency consistency,
      Silence silence) {
    CompletableFuture<ServiceRouter.Answer> answer = ask(
        router,
        replyTo -> new ServiceRouter.Ask(
            ServiceName.CONFIGURATION,
            requestId,
            call.principal(),
            request,
            consistency,
            patience,
            replyTo),
        routerTimeout,
        silence);
    return answer.thenApply(Backend::accepted);
  }

  /** What this server knows of the cluster. */
  CompletableFuture<ClusterStatus> overview() {
    return ask(overview, ClusterOverview.Get::new, patienceTimeout, this::silentAgent);
  }

  /** Who would serve what if these servers died. */
  CompletableFuture<TakeoverOutlook> whatIf(Set<ServerId> down) {
    return ask(
        overview,
        replyTo -> new ClusterOverview.WhatIf(down, replyTo),
        patienceTimeout,
        this::silentAgent);
  }

  private ProblemException silentAgent() {
    return ProblemException.of(
        ProblemKind.UNAVAILABLE,
        "the failover agent of this server gave no answer within " + patience.toMillis() + " ms");
  }

  CompletableFuture<ClusterSupervisor.Operation> switchover(
      Call call, ServiceName service, Optional<ServerId> to) {
    String requestId = call.requestId();
    CompletableFuture<ClusterSupervisor.OperationReply> reply = ask(
        supervisor,
        replyTo ->
            new ClusterSupervisor.Switchover(service, to, call.principal(), requestId, replyTo),
        patienceTimeout,
        this::silentSupervisor);
    return reply.thenApply(Backend::accepted);
  }

  CompletableFuture<ClusterSupervisor.Operation> operation(String id) {
    CompletableFuture<ClusterSupervisor.OperationReply> reply = ask(
        supervisor,
        replyTo -> new ClusterSupervisor.GetOperation(id, replyTo),
        patienceTimeout,
        this::noSupervisor);
    return reply.thenApply(Backend::accepted);
  }

  CompletableFuture<ClusterSupervisor.Terms> terms(ServiceName service, int limit) {
    return ask(
        supervisor,
        replyTo -> new ClusterSupervisor.GetTerms(service, limit, replyTo),
        patienceTimeout,
        this::noSupervisor);
  }

  CompletableFuture<ClusterSupervisor.DrillReport> startDrill(
      Call call, ClusterSupervisor.DrillRequest request) {
    String requestId = call.requestId();
    CompletableFuture<ClusterSupervisor.DrillReply> reply = ask(
        supervisor,
        replyTo -> new ClusterSupervisor.StartDrill(request, call.principal(), requestId, replyTo),
        patienceTimeout,
        this::silentSupervisor);
    return reply.thenApply(Backend::accepted);
  }

  CompletableFuture<ClusterSupervisor.DrillReport> drill(ServiceName service, String id) {
    CompletableFuture<ClusterSupervisor.DrillReply> reply = ask(
        supervisor,
        replyTo -> new ClusterSupervisor.GetDrill(service, id, replyTo),
        patienceTimeout,
        this::noSupervisor);
    return reply.thenApply(Backend::accepted);
  }

  CompletableFuture<ClusterSupervisor.DrillReports> drills(ServiceName service, int limit) {
    return ask(
        supervisor,
        replyTo -> new ClusterSupervisor.GetDrills(service, limit, replyTo),
        patienceTimeout,
        this::noSupervisor);
  }

  /** The table of databases. */
  CompletableFuture<DatabaseAdmin.Listing> databases() {
    return ask(
        databases,
        DatabaseAdmin.GetDatabases::new,
        patienceTimeout,
        () -> ProblemException.of(
            ProblemKind.UNAVAILABLE,
            "nobody coordinates the databases now: there was no answer within "
                + patience.toMillis() + " ms"));
  }

  /**
   * A change of the databases.
   *
   * @return the database after it; empty after a removal
   */
  CompletableFuture<Optional<DatabaseAdmin.Database>> administer(
      Function<ActorRef<DatabaseAdmin.Reply>, DatabaseAdmin.Command> command) {
    CompletableFuture<DatabaseAdmin.Reply> answer = ask(
        databases,
        command,
        patienceTimeout,
        () -> ProblemException.of(
            ProblemKind.OUTCOME_UNKNOWN,
            "whoever coordinates the databases gave no answer within " + patience.toMillis()
                + " ms; repeating the request does no harm"));
    return answer.thenApply(reply -> {
      reply.refusal().ifPresent(refusal -> {
        throw ProblemException.of(refusal);
      });
      return reply.database();
    });
  }

  /** A query of stored samples; gives up after the patience. */
  <T> CompletableFuture<T> samples(CompletionStage<T> query) {
    var result = new CompletableFuture<T>();
    query.whenComplete((value, failure) -> {
      if (failure == null) {
        result.complete(value);
      } else {
        result.completeExceptionally(ProblemException.of(
            ProblemKind.UNAVAILABLE,
            "the database of samples gave no answer: " + Failures.cause(failure).getMessage()));
      }
    });
    return result
        .orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionallyCompose(failure -> CompletableFuture.failedFuture(
            Failures.cause(failure) instanceof ProblemException problem
                ? problem
                : ProblemException.of(
                    ProblemKind.UNAVAILABLE,
                    "the database of samples gave no answer within " + patience.toMillis()
                        + " ms")));
  }

  /** To a change. */
  private ProblemException silentSupervisor() {
    return ProblemException.of(
        ProblemKind.OUTCOME_UNKNOWN,
        "the supervisor of the cluster gave no answer within " + patience.toMillis()
            + " ms; repeat the request with the same Idempotency-Key");
  }

  private ProblemException noSupervisor() {
    return ProblemException.of(
        ProblemKind.UNAVAILABLE,
        "the supervisor of the cluster gave no answer within " + patience.toMillis()
            + " ms; it may be moving");
  }

  /** What silence means. */
  @FunctionalInterface
  private interface Silence {
    ProblemException problem();
  }

  /**
   * As {@code AskPattern} for Java, but completed on the thread of the answer: a stage of that one runs every callback
   * as a task of its own, on JDK 17 with two processors even in a new thread.
   */
  private <M, T> CompletableFuture<T> ask(
      RecipientRef<M> recipient,
      Function<ActorRef<T>, M> message,
      Timeout timeout,
      Silence silence) {
    var answer = new CompletableFuture<T>();
    scala.concurrent.Future<T> asked =
        new AskPattern.Askable<M>(recipient).ask(message::apply, timeout, scheduler);
    asked.onComplete(
        result -> result.isSuccess()
            ? answer.complete(result.get())
            : answer.completeExceptionally(silence.problem()),
        ExecutionContext.parasitic$.MODULE$);
    return answer;
  }

  private static ServiceRouter.Answer accepted(ServiceRouter.Answer answer) {
    if (answer.reply() instanceof ServiceReply.Rejected rejected) {
      throw ProblemException.of(rejected);
    }
    return answer;
  }

  private static ClusterSupervisor.Operation accepted(ClusterSupervisor.OperationReply reply) {
    return accepted(reply.operation(), reply.refusal());
  }

  private static ClusterSupervisor.DrillReport accepted(ClusterSupervisor.DrillReply reply) {
    return accepted(reply.report(), reply.refusal());
  }

  private static <T> T accepted(Optional<T> answer, Optional<ServiceReply.Rejected> refusal) {
    return answer.orElseThrow(() -> refusal
        .map(ProblemException::of)
        .orElseThrow(() -> new IllegalStateException(
            "the supervisor answered with neither what was asked for nor a refusal")));
  }
}
