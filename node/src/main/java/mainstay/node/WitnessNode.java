package mainstay.node;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import com.typesafe.config.ConfigException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import mainstay.node.cluster.BeaconActor;
import mainstay.node.cluster.Sightings;
import mainstay.node.databases.DatabaseCoordination;
import mainstay.node.databases.core.DatabaseList;
import mainstay.node.failover.FailoverSettings;
import mainstay.node.failover.WitnessAgentActor;
import mainstay.protocol.message.FailoverAgent;
import mainstay.protocol.model.Failures;

/**
 * What runs in a witness: it is a member that counts for the majority, and its voters remember which databases count. It
 * opens no database and has no API but the health checks of Akka Management.
 */
final class WitnessNode {
  private static final String SAMPLE_LISTS = "mainstay.witness.sample-databases";

  private WitnessNode() {}

  /** As {@link ServerNode#start}. */
  static ClusterPart start(
      ServerSettings settings, String incarnation, ClusterPart.BeforeJoining beforeJoining)
      throws ClusterPart.StartFailedException, InterruptedException {
    List<DatabaseList> lists;
    FailoverSettings failover;
    try {
      lists = lists(settings);
      failover = FailoverSettings.from(settings.config());
      BeaconActor.Settings.from(settings.config());
    } catch (ConfigException | IllegalArgumentException e) {
      throw new ClusterPart.StartFailedException(Failures.message(e), e);
    }
    Behavior<Void> root = Behaviors.setup(context -> {
      spawn(context, settings, incarnation, lists, failover);
      return Behaviors.empty();
    });
    return ClusterPart.start(settings, incarnation, root, system -> beforeJoining.run());
  }

  private static List<DatabaseList> lists(ServerSettings settings) {
    var lists = new ArrayList<>(List.of(DatabaseList.INSTALLATION));
    settings
        .config()
        .getStringList(SAMPLE_LISTS)
        .forEach(name -> lists.add(DatabaseList.cluster(name)));
    return lists;
  }

  private static void spawn(
      ActorContext<Void> context,
      ServerSettings settings,
      String incarnation,
      List<DatabaseList> lists,
      FailoverSettings failover) {
    ActorSystem<Void> system = context.getSystem();
    DatabaseCoordination.spawnVoters(context, lists, settings.self(), settings.dataDirectory());
    ClusterPart.spawnBeacon(context, settings, incarnation);
    var readiness = ServerReadiness.get(system.classicSystem());
    var agent = context.spawn(
        WitnessAgentActor.create(new WitnessAgentActor.Environment(
            settings.self(),
            incarnation,
            ClusterPart.version(),
            failover,
            Clock.systemUTC(),
            Sightings::byMessage,
            readiness::witness)),
        FailoverAgent.NAME);
    context.watch(agent); // not handled, as the voters: without it this incarnation is of no use
  }
}
