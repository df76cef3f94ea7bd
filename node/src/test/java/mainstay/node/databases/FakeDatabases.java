package mainstay.node.databases;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import mainstay.node.databases.core.Agreed;
import mainstay.node.databases.core.DropPolicy.Finding;
import mainstay.node.databases.core.DropPolicy.Probe;
import mainstay.node.databases.core.FirstSet;
import mainstay.node.databases.core.FirstSet.Content;
import mainstay.node.databases.core.FirstSet.Identity;
import mainstay.persistence.databases.Suspicion;
import mainstay.persistence.databases.WriteBarrier;
import mainstay.persistence.resync.Scrub;
import mainstay.persistence.resync.Synchroniser;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.DatabaseAddress;

/** Databases in memory that know nothing but their epoch, as several servers see them. */
final class FakeDatabases {
  private final Map<String, Content> contents = new HashMap<>();
  private final Set<String> down = new HashSet<>();
  private final Set<String> cuts = new HashSet<>();
  private final Map<String, List<Long>> epochs = new HashMap<>();
  private final List<String> steps = new ArrayList<>();
  private final Map<String, Set<String>> expected = new HashMap<>();
  private Optional<String> damaged = Optional.empty();
  private Optional<CompletableFuture<Void>> completion = Optional.empty();
  private CompletableFuture<Void> storing = CompletableFuture.completedFuture(null);

  synchronized void kill(String name) {
    down.add(name);
  }

  synchronized void start(String name) {
    down.remove(name);
  }

  synchronized void cut(String server, String name) {
    cuts.add(server + "-" + name);
  }

  synchronized void hold(String name, Content content) {
    contents.put(name, content);
  }

  synchronized Content content(String name) {
    return contents.getOrDefault(name, new Content(0, "", false, Optional.empty()));
  }

  /** The next check finds it damaged. */
  synchronized void damage(String name) {
    damaged = Optional.of(name);
  }

  /** The next synchronisation does not end by itself. */
  synchronized CompletableFuture<Void> keepJoining() {
    completion = Optional.of(new CompletableFuture<>());
    return completion.get();
  }

  /** Nothing is stored before it is completed. */
  synchronized CompletableFuture<Void> keepStoring() {
    storing = new CompletableFuture<>();
    return storing;
  }

  private synchronized CompletableFuture<Void> storing() {
    return storing;
  }

  synchronized List<String> steps() {
    return List.copyOf(steps);
  }

  /** The servers that were told that it comes back. */
  synchronized Set<String> expectedBy(String name) {
    return Set.copyOf(expected.getOrDefault(name, Set.of()));
  }

  /** All epochs that were stored in it, in order. */
  synchronized List<Long> epochs(String name) {
    return List.copyOf(epochs.getOrDefault(name, List.of()));
  }

  private synchronized void step(String step) {
    steps.add(step);
  }

  private synchronized boolean answers(String server, String name) {
    return !down.contains(name) && !cuts.contains(server + "-" + name);
  }

  private synchronized Optional<Suspicion> store(String server, String name, Agreed agreed) {
    if (!answers(server, name)) {
      return Optional.of(new Suspicion(name, agreed.epoch(), "refused"));
    }
    if (agreed.epoch() > content(name).epoch()) {
      contents.put(
          name,
          new Content(
              agreed.epoch(),
              agreed.set().text(),
              content(name).events(),
              Optional.of(new Identity(agreed.cluster(), name))));
      epochs.computeIfAbsent(name, key -> new ArrayList<>()).add(agreed.epoch());
    }
    return Optional.empty();
  }

  private synchronized void rename(String name, Identity expected) {
    var content = content(name);
    if (content.identity().equals(Optional.of(expected))) {
      hold(
          name,
          new Content(
              content.epoch(),
              content.members(),
              content.events(),
              Optional.of(new Identity(expected.cluster(), name))));
    }
  }

  /** Each stands at the address of the other. */
  synchronized void swap(String one, String other) {
    var first = content(one);
    contents.put(one, content(other));
    contents.put(other, first);
  }

  Link link(String server, List<DatabaseAddress> configured) {
    return new Link(server, configured);
  }

  /** How one server reaches them. */
  final class Link implements DatabaseLink {
    private final String server;
    private final List<DatabaseAddress> configured;
    private final List<Consumer<Suspicion>> watchers = new CopyOnWriteArrayList<>();
    private volatile Optional<ActiveSet> adopted = Optional.empty();

    private Link(String server, List<DatabaseAddress> configured) {
      this.server = server;
      this.configured = configured;
    }

    void suspect(String name) {
      long epoch = adopted.orElseThrow().epoch();
      watchers.forEach(watcher -> watcher.accept(new Suspicion(name, epoch, "a write failed")));
    }

    @Override
    public List<DatabaseAddress> configured() {
      return configured;
    }

    @Override
    public Optional<String> refusal(DatabaseAddress database) {
      return database.vendor().equals(DatabaseAddress.POSTGRESQL)
          ? Optional.empty()
          : Optional.of("vendor = \"" + database.vendor() + "\" must be one of [postgresql]");
    }

    @Override
    public CompletionStage<Content> look(DatabaseAddress database, Duration limit) {
      return answers(server, database.name())
          ? CompletableFuture.completedFuture(content(database.name()))
          : CompletableFuture.failedFuture(
              new IllegalStateException("database " + database.name() + " refuses"));
    }

    @Override
    public CompletionStage<Probe> probe(DatabaseAddress database, String cluster) {
      var wrong = content(database.name())
          .identity()
          .flatMap(identity -> FirstSet.contradiction(database, identity, cluster));
      return CompletableFuture.completedFuture(
          !answers(server, database.name())
              ? new Probe(Finding.REFUSED, "refused")
              : wrong
                  .map(why -> new Probe(Finding.OTHER_DATABASE, why))
                  .orElseGet(() -> new Probe(Finding.REACHABLE, "answers")));
    }

    @Override
    public CompletionStage<Probe> glance(DatabaseAddress database, String cluster) {
      return probe(database, cluster)
          .thenApply(probe ->
              probe.reachable() ? new Probe(Finding.REACHABLE, "answers at a glance") : probe);
    }

    @Override
    public CompletionStage<Void> store(DatabaseAddress database, Agreed agreed) {
      return storing()
          .thenCompose(
              now -> FakeDatabases.this.store(server, database.name(), agreed).isPresent()
                  ? CompletableFuture.failedFuture(new IllegalStateException("refused"))
                  : CompletableFuture.completedFuture(null));
    }

    @Override
    public CompletionStage<Void> rename(DatabaseAddress database, Identity expected) {
      FakeDatabases.this.rename(database.name(), expected);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void adopt(Agreed agreed) {
      if (adopted.filter(set -> set.epoch() >= agreed.epoch()).isEmpty()) {
        adopted = Optional.of(agreed.set());
      }
    }

    @Override
    public Optional<ActiveSet> adopted() {
      return adopted;
    }

    @Override
    public void onSuspicion(Consumer<Suspicion> watcher) {
      watchers.add(watcher);
    }

    @Override
    public void expect(DatabaseAddress database) {
      synchronized (FakeDatabases.this) {
        expected.computeIfAbsent(database.name(), name -> new TreeSet<>()).add(server);
      }
    }

    @Override
    public CompletionStage<Synchroniser> begin(Agreed agreed, DatabaseAddress target) {
      return CompletableFuture.completedFuture(new FakeSynchroniser(target.name()));
    }

    @Override
    public CompletionStage<Agreed> join(
        Agreed agreed,
        DatabaseAddress target,
        Synchroniser synchroniser,
        Supplier<CompletionStage<Agreed>> round) {
      step("barrier " + target.name());
      return round.get().toCompletableFuture().orTimeout(2, TimeUnit.SECONDS).thenApply(joining -> {
        for (var name : joining.set().written()) {
          if (FakeDatabases.this.store(server, name, joining).isPresent()) {
            throw new IllegalStateException(name + " refuses");
          }
        }
        return joining;
      });
    }

    @Override
    public CompletionStage<Void> complete(Synchroniser synchroniser) {
      return synchroniser.complete(new WriteBarrier() {
        @Override
        public <T> CompletionStage<T> hold(String operation, Duration limit, Held<T> work) {
          return CompletableFuture.failedFuture(new SQLException("no barrier here"));
        }
      });
    }

    @Override
    public CompletionStage<Scrub.Findings> scrub(Agreed agreed) {
      synchronized (FakeDatabases.this) {
        var found = new ArrayList<Scrub.Damaged>();
        damaged
            .filter(name -> agreed.set().active().contains(name))
            .ifPresent(name -> found.add(new Scrub.Damaged(name, "a row differs")));
        if (!found.isEmpty()) {
          damaged = Optional.empty();
        }
        for (var name : agreed.set().active()) {
          content(name)
              .identity()
              .filter(identity -> !identity.name().equals(name))
              .ifPresent(
                  identity -> found.add(new Scrub.Damaged(name, "it says " + identity.name())));
        }
        var hashes = new HashMap<String, String>();
        agreed.set().active().forEach(name -> hashes.put(name, "abc"));
        return CompletableFuture.completedFuture(
            new Scrub.Findings(found, hashes, 0, Duration.ZERO, List.of()));
      }
    }

    @Override
    public int load(DatabaseAddress database) {
      return 0;
    }
  }

  private final class FakeSynchroniser implements Synchroniser {
    private final String target;

    private FakeSynchroniser(String target) {
      this.target = target;
    }

    @Override
    public CompletionStage<Void> copy() {
      step("copy " + target);
      return CompletableFuture.completedFuture(null);
    }

    @Override
    public void underBarrier(java.sql.Connection source, java.sql.Connection to) {
      throw new UnsupportedOperationException("the fake link has no sessions");
    }

    @Override
    public CompletionStage<Void> complete(WriteBarrier barrier) {
      step("complete " + target);
      synchronized (FakeDatabases.this) {
        var end = completion.orElseGet(() -> CompletableFuture.completedFuture(null));
        completion = Optional.empty();
        return end;
      }
    }

    @Override
    public Optional<DatabaseAdmin.Progress> progress() {
      return Optional.of(new DatabaseAdmin.Progress("copying", 50, 10, 5));
    }

    @Override
    public void cancel() {
      step("cancel " + target);
    }
  }
}
