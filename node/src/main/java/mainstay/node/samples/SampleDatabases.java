package mainstay.node.samples;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.ActorContext;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import mainstay.node.databases.DatabaseCoordination;
import mainstay.node.databases.core.DatabaseList;
import mainstay.node.dge.SampleSink;
import mainstay.node.provisioning.LocalConfiguration;
import mainstay.node.samples.core.Place;
import mainstay.persistence.databases.DatabaseSettings;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.samples.SampleStore;
import mainstay.persistence.term.JdbcTermStore;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.PerformanceDatabase;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.query.SampleHistory;
import mainstay.protocol.query.SampleQueries;

/**
 * The databases for samples that the file of this server lists, each list with an active set of its own. Nothing waits for
 * them: what wants to write or read there fails until they can be used.
 */
public final class SampleDatabases {
  private static final String LOCAL = PerformanceDatabase.LOCAL_LIST;

  private record Listed(
      SampleStore samples, JdbcTermStore terms, DatabaseCoordination coordination) {}

  private final ServerId self;
  private final Map<String, Listed> lists;

  private SampleDatabases(ServerId self, Map<String, Listed> lists) {
    this.self = self;
    this.lists = lists;
  }

  /** Starts one list of databases. */
  @FunctionalInterface
  public interface Starter {
    /** @param voters that have to agree about its active set, with their addresses */
    DatabaseCoordination start(
        DatabaseList list, Databases databases, Map<ServerId, Address> voters);
  }

  /** @param servers all voters with their addresses */
  public static SampleDatabases start(
      ActorContext<?> guardian,
      ServerId self,
      Map<ServerId, Address> servers,
      Clock clock,
      Starter starter) {
    var system = guardian.getSystem();
    var lists = new TreeMap<String, Listed>();
    DatabaseSettings.sampleListsFrom(system.settings().config()).forEach((name, listed) -> {
      var databases = Databases.of(system, listed);
      boolean local = name.equals(LOCAL);
      var coordination = starter.start(
          local ? DatabaseList.local(self) : DatabaseList.cluster(name),
          databases,
          local ? Map.of(self, servers.get(self)) : servers);
      lists.put(
          name,
          new Listed(
              new SampleStore(databases), new JdbcTermStore(databases, clock), coordination));
    });
    guardian.spawn(
        LocalSamplesActor.create(Optional.ofNullable(lists.get(LOCAL)).map(Listed::samples)),
        LocalSamples.NAME);
    return new SampleDatabases(self, lists);
  }

  /** Names of the lists that are the same on every server. */
  public Set<String> clusters() {
    var names = new TreeSet<>(lists.keySet());
    names.remove(LOCAL);
    return names;
  }

  /** Who answers for each list. */
  public Map<String, ActorRef<DatabaseAdmin.Command>> coordinators() {
    var refs = new TreeMap<String, ActorRef<DatabaseAdmin.Command>>();
    lists.forEach((name, listed) -> refs.put(name, listed.coordination().coordinator()));
    return refs;
  }

  /**
   * Where the samples of an activation go.
   *
   * @param installation takes those that go into the databases of the installation
   * @return for a list that the file of this server lacks: one that takes nothing and says so
   */
  public SampleSink sink(
      Activation activation, PerformanceDatabase database, SampleSink installation) {
    if (database.list().isEmpty()) {
      return installation;
    }
    var name = database.list().get();
    var listed = lists.get(name);
    return listed == null
        ? (fence, batch) -> CompletableFuture.failedStage(unknown(name, activation))
        : new FollowingSink(
            endSessions -> listed.terms().follow(activation, endSessions), listed.samples()::write);
  }

  private IllegalArgumentException unknown(String list, Activation activation) {
    return new IllegalArgumentException("the file of server " + self + " has no "
        + DatabaseList.cluster(list).key()
        + "; add it and start the server again, or change performanceDatabase of dge "
        + activation.service().dgeIdentity());
  }

  /**
   * What all servers have stored.
   *
   * @param installation reads from the databases of the installation
   * @param servers all voters with their addresses
   * @param limit for each of several places
   */
  public SampleHistory history(
      ActorSystem<?> system,
      LocalConfiguration configuration,
      SampleQueries installation,
      Map<ServerId, Address> servers,
      Duration limit) {
    var resolver = ActorRefResolver.get(system);
    return new MergedHistory(
        series -> Place.of(configuration.latest(), series, clusters()),
        place -> {
          if (place instanceof Place.Server server) {
            var address = Optional.ofNullable(servers.get(server.name()))
                .orElseThrow(() -> new IllegalStateException("no such server"));
            return new RemoteSamples(
                resolver.resolveActorRef(address + "/user/" + LocalSamples.NAME),
                limit,
                system.scheduler());
          }
          return place instanceof Place.Cluster cluster ? cluster(cluster.name()) : installation;
        },
        limit);
  }

  private SampleQueries cluster(String name) {
    var listed = lists.get(name);
    if (listed == null) {
      throw new IllegalStateException(
          "the file of server " + self + " has no " + DatabaseList.cluster(name).key());
    }
    return listed.samples();
  }
}
