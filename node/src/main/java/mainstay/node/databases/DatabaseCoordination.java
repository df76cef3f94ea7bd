package mainstay.node.databases;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.javadsl.ActorContext;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import mainstay.node.databases.core.DatabaseList;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.WriteBarrier;
import mainstay.persistence.resync.Scrub;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ServerId;

/**
 * Starts voter, coordinator and start-up of one server for one list of databases. They work before the cluster has
 * formed.
 *
 * @param coordinator for administration; any server's
 * @param ready the first set that this server has adopted: nothing may touch the databases before; fails with a sentence
 *     when the server cannot start, which a list of databases for samples never prevents
 */
public record DatabaseCoordination(
    ActorRef<DatabaseAdmin.Command> coordinator, CompletionStage<ActiveSet> ready) {

  /**
   * @param run of this server, as in its sessions
   * @param voters that agree, this one too, with their addresses in the cluster: all of {@code mainstay.servers}, or only
   *     this one where the databases are its own
   * @param witnesses those of them that know no database
   * @param patience how long the databases may take to accept a login: {@code mainstay.server.database-start}
   */
  public record Environment(
      DatabaseList list,
      ServerId self,
      String run,
      Map<ServerId, Address> voters,
      Set<ServerId> witnesses,
      Path dataDirectory,
      CoordinationSettings settings,
      Duration patience,
      Clock clock) {}

  /** How the databases are reached and worked on. */
  public record Access(
      Databases databases, Synchronisers synchronisers, Scrub scrub, WriteBarrier barrier) {}

  /**
   * @param guardian the root of the actors, for others find voter and coordinator below {@code /user}
   * @throws RuntimeException with a sentence if the voter's file cannot be read
   */
  public static DatabaseCoordination spawn(
      ActorContext<?> guardian, Environment environment, Access access) {
    var link = new JdbcDatabaseLink(
        access.databases(),
        access.synchronisers(),
        access.scrub(),
        access.barrier(),
        environment.settings());
    guardian.getSystem().getWhenTerminated().thenRun(link::close);
    return spawn(guardian, environment, link);
  }

  static DatabaseCoordination spawn(
      ActorContext<?> guardian, Environment environment, DatabaseLink link) {
    var list = environment.list();
    var resolver = ActorRefResolver.get(guardian.getSystem());
    var voters = new TreeMap<ServerId, ActorRef<Voting.Command>>();
    var coordinators = new TreeMap<ServerId, ActorRef<DatabaseAdmin.Message>>();
    environment.voters().forEach((server, address) -> {
      voters.put(server, resolver.resolveActorRef(address + "/user/" + list.actor(Voting.NAME)));
      if (!environment.witnesses().contains(server)) {
        coordinators.put(
            server, resolver.resolveActorRef(address + "/user/" + list.actor(Coordination.NAME)));
      }
    });
    voters.put(
        environment.self(),
        spawnVoter(guardian, list, environment.self(), environment.dataDirectory()));
    var ballots = new Ballots(environment.self(), environment.run());
    var coordinator = guardian.spawn(
        DatabaseCoordinatorActor.create(new DatabaseCoordinatorActor.Environment(
            list,
            environment.self(),
            voters,
            coordinators,
            ballots,
            link,
            environment.settings(),
            environment.clock())),
        list.actor(Coordination.NAME));
    guardian.watch(coordinator); // as the voter
    var ready = new CompletableFuture<ActiveSet>();
    guardian.spawn(
        StartUp.create(new StartUp.Environment(
            list,
            environment.self(),
            voters,
            ballots,
            link,
            coordinator,
            environment.settings(),
            environment.patience(),
            environment.clock(),
            ready)),
        list.actor("database-start-up"));
    return new DatabaseCoordination(coordinator.narrow(), ready);
  }

  /**
   * The voter alone, which is all that a witness has. Whoever is without one would count as one that answers and never do:
   * it ends, and returns as a new run.
   *
   * @throws RuntimeException with a sentence if the voter's file cannot be read
   */
  static ActorRef<Voting.Command> spawnVoter(
      ActorContext<?> guardian, DatabaseList list, ServerId self, Path dataDirectory) {
    var file = new VoterFile(dataDirectory, list);
    file.load(); // a sentence at once is better than a voter that is missing
    var voter = guardian.spawn(
        VoterActor.create(self, file), list.actor(Voting.NAME), DispatcherSelector.blocking());
    guardian.watch(voter);
    return voter;
  }

  /** As {@link #spawnVoter}, for a witness: one voter for each list of databases. */
  public static void spawnVoters(
      ActorContext<?> guardian, Collection<DatabaseList> lists, ServerId self, Path dataDirectory) {
    lists.forEach(list -> spawnVoter(guardian, list, self, dataDirectory));
  }
}
