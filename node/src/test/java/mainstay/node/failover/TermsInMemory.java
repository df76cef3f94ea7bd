package mainstay.node.failover;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import mainstay.persistence.term.TermStore;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/** Terms without a database, for tests of those who take them. Can be told not to answer for a while. */
public final class TermsInMemory implements TermStore {
  private final Map<ServiceName, Deque<HistoryEntry>> entries = new TreeMap<>();
  private final Instant at;
  private int refusals;
  private boolean writtenOff;

  /** @param at when every term is taken */
  public TermsInMemory(Instant at) {
    this.at = at;
  }

  /** The next calls fail, as those to a database that is not there do. */
  public synchronized void refuseNext(int calls) {
    refusals = calls;
  }

  public synchronized int refusalsLeft() {
    return refusals;
  }

  /** From now on whoever wants a term is told that its run is written off. */
  public synchronized void writeOff() {
    writtenOff = true;
  }

  @Override
  public CompletionStage<Optional<Activation>> current(ServiceName service) {
    return answer(() -> newest(service));
  }

  @Override
  public CompletionStage<Map<ServiceName, Activation>> all() {
    return answer(() -> {
      var all = new TreeMap<ServiceName, Activation>();
      entries.forEach((service, taken) -> all.put(service, taken.getFirst().activation()));
      return all;
    });
  }

  @Override
  public CompletionStage<Take> take(
      ServiceName service,
      long expectedTerm,
      ServerId server,
      String incarnation,
      String why,
      boolean endPreviousSessions) {
    return answer(() -> {
      if (writtenOff) {
        return new RunIsWrittenOff();
      }
      var current = newest(service);
      if (current.filter(held -> held.term() > expectedTerm).isPresent()) {
        return new Lost(current.get());
      }
      var taken = new Activation(service, expectedTerm + 1, server, incarnation);
      entries
          .computeIfAbsent(service, name -> new ArrayDeque<>())
          .addFirst(new HistoryEntry(taken, why, at));
      return new Taken(taken);
    });
  }

  @Override
  public CompletionStage<List<HistoryEntry>> history(ServiceName service, int limit) {
    return answer(() ->
        entries.getOrDefault(service, new ArrayDeque<>()).stream().limit(limit).toList());
  }

  private Optional<Activation> newest(ServiceName service) {
    return Optional.ofNullable(entries.get(service))
        .map(taken -> taken.getFirst().activation());
  }

  private synchronized <T> CompletionStage<T> answer(Supplier<T> result) {
    if (refusals > 0) {
      refusals--;
      return CompletableFuture.failedStage(new IOException("not now"));
    }
    return CompletableFuture.completedStage(result.get());
  }
}
