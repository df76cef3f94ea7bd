package mainstay.persistence.term;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import mainstay.persistence.databases.Database;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.SessionName;
import mainstay.persistence.databases.SqlWork;
import mainstay.persistence.databases.core.SqlFailure;
import mainstay.persistence.databases.dialect.Dialect;
import mainstay.persistence.term.TermSql.Held;
import mainstay.persistence.term.TermSql.Raise;
import mainstay.persistence.term.TermSql.Raised;
import mainstay.persistence.term.TermSql.WrittenOffRun;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.Failures;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The terms in all databases of the set. The first active one decides who gets a term; the winner holds it when every
 * written database has it, and from then on none of them lets an older one write. So a term that is read is the newest
 * one only if every active database was asked, each in the epoch of the asker: a database that was left out may know
 * nothing of a newer term, but one of those that it was left out by knows the newer epoch.
 *
 * <p>All of it runs on control sessions.
 */
public final class JdbcTermStore implements TermStore {
  /** The holder that is gone has rarely left a write under way. */
  private static final Duration WITHOUT_WAITING = Duration.ofMillis(20);

  private static final Logger log = LoggerFactory.getLogger("mainstay.databases");
  private static final Duration LATER = Duration.ofMillis(500);
  /** The newest terms of a service whose history is compared. */
  private static final int COMPARED = 16;

  private final Databases databases;
  private final Clock clock;
  private final Map<ServiceName, Attempt> attempts = new ConcurrentHashMap<>();

  /** What the history says of a term. It is the same in all databases, so a repetition says it as the first attempt did. */
  private record Attempt(Activation wanted, String why, Instant at) {}

  public JdbcTermStore(Databases databases, Clock clock) {
    this.databases = databases;
    this.clock = clock;
  }

  @Override
  public CompletionStage<Optional<Activation>> current(ServiceName service) {
    return databases
        .replicator()
        .onActive(
            "read the term of " + service,
            (database, epoch) -> database.control(
                "read the term of " + service, session -> TermSql.current(session, epoch, service)))
        .thenApply(answers ->
            newest(answers.values().stream().flatMap(Optional::stream).toList()).values().stream()
                .findFirst());
  }

  @Override
  public CompletionStage<Map<ServiceName, Activation>> all() {
    return databases
        .replicator()
        .onActive(
            "read all terms",
            (database, epoch) ->
                database.control("read all terms", session -> TermSql.all(session, epoch)))
        .thenApply(answers -> newest(
            answers.values().stream().flatMap(terms -> terms.values().stream()).toList()));
  }

  private static Map<ServiceName, Activation> newest(Collection<Activation> found) {
    var newest = new HashMap<ServiceName, Activation>();
    found.forEach(activation ->
        newest.merge(activation.service(), activation, (a, b) -> a.term() >= b.term() ? a : b));
    return newest;
  }

  @Override
  public CompletionStage<Take> take(
      ServiceName service,
      long expectedTerm,
      ServerId server,
      String incarnation,
      String why,
      boolean endPreviousSessions) {
    if (expectedTerm < 0) {
      throw new IllegalArgumentException(
          "expected term " + expectedTerm + " of " + service + " is negative");
    }
    var wanted = new Activation(service, expectedTerm + 1, server, incarnation);
    var attempt = attempt(wanted, why);
    var operation = "take term " + wanted.term() + " of " + wanted.service();
    var replicator = databases.replicator();
    return replicator
        .on(
            operation,
            set -> List.of(set.active().get(0)),
            replicator.patience(),
            (database, epoch) -> raise(database, epoch, operation, attempt, endPreviousSessions)
                .thenApply(answer -> new Decision(database.name(), epoch, answer)))
        .thenApply(decisions -> decisions.values().iterator().next())
        .thenCompose(decision -> decision.answer() instanceof Raised
            ? replicator.onWritten(
                operation,
                (database, epoch) -> decision.by(database, epoch)
                    ? CompletableFuture.completedFuture(decision.answer())
                    : raise(database, epoch, operation, attempt, endPreviousSessions))
            : CompletableFuture.completedFuture(Map.of(decision.database(), decision.answer())))
        .thenApply(answers -> result(wanted, answers.values()))
        .thenApply(result -> {
          if (result instanceof Taken) {
            completeHistoryLater(wanted);
          }
          return result;
        });
  }

  /** What the first active database of an epoch has answered. */
  private record Decision(String database, long epoch, Raise answer) {
    boolean by(Database asked, long inEpoch) {
      return asked.name().equals(database) && inEpoch == epoch;
    }
  }

  /**
   * In databases that do not decide who holds a term, those of samples: what the databases of the installation have
   * granted is stored here too, upwards only. From then on no write of an older term is taken here either.
   *
   * @param endPreviousSessions as in {@link #take}
   * @return fails with {@link StaleTermException} where a higher term stands, or this one with another holder
   */
  public CompletionStage<Void> follow(Activation granted, boolean endPreviousSessions) {
    var operation = "follow to term " + granted.term() + " of " + granted.service();
    var attempt = attempt(granted, "granted by the databases of the installation");
    return databases
        .replicator()
        .onWritten(
            operation,
            (database, epoch) -> raise(database, epoch, operation, attempt, endPreviousSessions))
        .thenAccept(answers -> {
          if (result(granted, answers.values()) instanceof Lost lost) {
            throw new StaleTermException(granted.fence(), Optional.of(lost.current()));
          }
          completeHistoryLater(granted);
        });
  }

  /** While a service is taken over, it and all others have more urgent work for the databases. */
  private void completeHistoryLater(Activation held) {
    CompletableFuture.delayedExecutor(LATER.toMillis(), TimeUnit.MILLISECONDS)
        .execute(() -> completeHistory(held).exceptionally(failure -> {
          log.info(
              "service={} terms before {} not compared between the databases: {}",
              held.service(),
              held.term(),
              Failures.message(failure));
          return null;
        }));
  }

  /**
   * Whoever did not reach all databases has left the term that it wanted in the history of some. What is older than a term
   * that all of them hold changes no more, so it can be copied.
   */
  private CompletableFuture<Void> completeHistory(Activation held) {
    var read = "read the terms of " + held.service();
    var write = "complete the history of " + held.service();
    var replicator = databases.replicator();
    return replicator
        .onActive(
            read,
            (database, epoch) -> database.control(
                read, session -> TermSql.history(session, held.service(), COMPARED)))
        .thenCompose(histories -> {
          var missing = TermHistories.missing(histories, COMPARED, held.term());
          return missing.isEmpty()
              ? CompletableFuture.<Void>completedFuture(null)
              : replicator
                  .onWritten(write, (database, epoch) -> {
                    SqlWork<Void> record = session -> {
                      for (var entry : missing.getOrDefault(database.name(), List.of())) {
                        TermSql.record(
                            session,
                            entry.activation(),
                            entry.why(),
                            entry.at(),
                            database.dialect());
                      }
                      return null;
                    };
                    return database.control(write, record.inTransaction());
                  })
                  .thenAccept(done -> log.info(
                      "service={} terms that only some databases knew are in all: {}",
                      held.service(),
                      missing));
        });
  }

  private Attempt attempt(Activation wanted, String why) {
    return attempts.compute(
        wanted.service(),
        (service, last) -> last != null && last.wanted().equals(wanted)
            ? last
            : new Attempt(wanted, why, clock.instant().truncatedTo(ChronoUnit.MICROS)));
  }

  private CompletableFuture<Raise> raise(
      Database database,
      long epoch,
      String operation,
      Attempt attempt,
      boolean endPreviousSessions) {
    var wanted = attempt.wanted();
    var why = attempt.why();
    var at = attempt.at();
    var dialect = database.dialect();
    return database.control(operation, session -> {
      if (!endPreviousSessions) {
        return TermSql.raise(
            session, epoch, wanted, why, at, database.limits().termLockTimeout(), dialect);
      }
      try {
        return TermSql.raise(session, epoch, wanted, why, at, WITHOUT_WAITING, dialect);
      } catch (SQLException e) {
        if (dialect.failure(e) != SqlFailure.TIMED_OUT) {
          throw e;
        }
      }
      endPreviousSessions(session, epoch, wanted, dialect);
      return TermSql.raise(
          session, epoch, wanted, why, at, database.limits().termLockTimeout(), dialect);
    });
  }

  /** Whoever raises the term waits for the locks of those that write, and no others. */
  private static void endPreviousSessions(
      Connection session, long epoch, Activation wanted, Dialect dialect) throws SQLException {
    var own = new SessionName(wanted.server(), wanted.incarnation());
    var theirs = TermSql.current(session, epoch, wanted.service())
        .filter(held -> TermSql.mayFollow(wanted, held.term()))
        .map(held -> new SessionName(held.server(), held.incarnation()))
        .filter(name -> !name.equals(own));
    if (theirs.isPresent()) {
      dialect.endSessions(session, theirs.get());
    }
  }

  private static Take result(Activation wanted, Collection<Raise> answers) {
    if (answers.stream().anyMatch(WrittenOffRun.class::isInstance)) {
      return new RunIsWrittenOff();
    }
    return answers.stream()
        .filter(Held.class::isInstance)
        .map(answer -> ((Held) answer).by())
        .max(Comparator.comparingLong(Activation::term))
        .<Take>map(Lost::new)
        .orElseGet(() -> new Taken(wanted));
  }

  @Override
  public CompletionStage<List<HistoryEntry>> history(ServiceName service, int limit) {
    return databases
        .replicator()
        .onReader(
            "read the terms of " + service,
            (database, epoch) -> database.control(
                "read the terms of " + service,
                session -> TermSql.history(session, service, limit)));
  }
}
