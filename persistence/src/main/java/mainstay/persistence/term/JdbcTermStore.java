package mainstay.persistence.term;

import java.time.Clock;
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
import mainstay.persistence.databases.Database;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.SessionName;
import mainstay.persistence.term.TermSql.Held;
import mainstay.persistence.term.TermSql.Raise;
import mainstay.persistence.term.TermSql.Raised;
import mainstay.persistence.term.TermSql.WrittenOffRun;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/**
 * The terms in all databases of the set. The first active one decides who gets a term; the winner holds it when every
 * written database has it, and from then on none of them lets an older one write. So a term that is read is the newest
 * one only if every active database was asked, each in the epoch of the asker: a database that was left out may know
 * nothing of a newer term, but one of those that it was left out by knows the newer epoch.
 *
 * <p>All of it runs on control sessions.
 */
public final class JdbcTermStore implements TermStore {
  private final Databases databases;
  private final Clock clock;

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
    var at = clock.instant().truncatedTo(ChronoUnit.MICROS);
    var operation = "take term " + wanted.term() + " of " + wanted.service();
    var replicator = databases.replicator();
    return replicator
        .on(
            operation,
            set -> List.of(set.active().get(0)),
            replicator.patience(),
            (database, epoch) ->
                raise(database, epoch, operation, wanted, why, at, endPreviousSessions))
        .thenCompose(decided -> decided.values().stream().allMatch(Raised.class::isInstance)
            ? replicator.onWritten(
                operation,
                // The one that has decided is asked again too: the first of the set may be
                // another one by now.
                (database, epoch) ->
                    raise(database, epoch, operation, wanted, why, at, endPreviousSessions))
            : CompletableFuture.completedFuture(decided))
        .thenApply(answers -> result(wanted, answers.values()));
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
    var why = "granted by the databases of the installation";
    var at = clock.instant().truncatedTo(ChronoUnit.MICROS);
    return databases
        .replicator()
        .onWritten(
            operation,
            (database, epoch) ->
                raise(database, epoch, operation, granted, why, at, endPreviousSessions))
        .thenAccept(answers -> {
          if (result(granted, answers.values()) instanceof Lost lost) {
            throw new StaleTermException(granted.fence(), Optional.of(lost.current()));
          }
        });
  }

  private CompletableFuture<Raise> raise(
      Database database,
      long epoch,
      String operation,
      Activation wanted,
      String why,
      Instant at,
      boolean endPreviousSessions) {
    return database.control(operation, session -> {
      if (endPreviousSessions) {
        var own = new SessionName(wanted.server(), wanted.incarnation());
        var theirs = TermSql.current(session, epoch, wanted.service())
            .filter(held -> TermSql.mayFollow(wanted, held.term()))
            .map(held -> new SessionName(held.server(), held.incarnation()))
            .filter(name -> !name.equals(own));
        if (theirs.isPresent()) {
          // Whoever raises the term waits for the locks of those that write, and no others.
          database.dialect().endSessions(session, theirs.get());
        }
      }
      return TermSql.raise(
          session, epoch, wanted, why, at, database.limits().termLockTimeout(), database.dialect());
    });
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
