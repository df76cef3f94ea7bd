package mainstay.node;

import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.eventstream.EventStream;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import mainstay.node.failover.core.ServiceDirectory;
import mainstay.node.host.Entity;
import mainstay.node.host.ReplicatedServiceHostActor.CopyListener;
import mainstay.node.host.ReplicatedServiceHostActor.Entities;
import mainstay.node.host.ReplicatedServiceHostActor.Work;
import mainstay.node.host.core.Streams;
import mainstay.node.provisioning.EntityContext;
import mainstay.node.provisioning.LocalConfiguration;
import mainstay.node.provisioning.PointActor;
import mainstay.node.provisioning.ProvisioningAuthorityActor;
import mainstay.node.provisioning.core.Configuration;
import mainstay.node.provisioning.core.ConfigurationEvent;
import mainstay.node.provisioning.core.ConfigurationStateModel;
import mainstay.node.provisioning.core.PointEvent;
import mainstay.persistence.journal.FencingAdapter;
import mainstay.persistence.journal.JournalReader;
import mainstay.protocol.message.LiveEvent;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ObjectKind;
import mainstay.protocol.model.ServerList;

/** What the service {@code configuration} is made of on one server: its actors, and who hears of its changes. */
final class ConfigurationService {
  private final ActorSystem<?> system;
  private final Clock clock;
  private final ServerList voters;
  private final Set<String> sampleClusters;

  /** @param sampleClusters all that an engine may store its samples in */
  ConfigurationService(
      ActorSystem<?> system, Clock clock, ServerList voters, Set<String> sampleClusters) {
    this.system = system;
    this.clock = clock;
    this.voters = voters;
    this.sampleClusters = sampleClusters;
  }

  Work work(JournalReader journal, LocalConfiguration local, Consumer<ServiceDirectory> directory) {
    return new Work(
        new ConfigurationStateModel(), journal, new Actors(), new Changes(local, directory));
  }

  /** The entities start from the host's copy, so they have next to nothing to replay. */
  class Actors implements Entities {
    @Override
    public List<String> eager() {
      return List.of(ConfigurationStateModel.CONFIGURATION_ID);
    }

    @Override
    public Behavior<Entity.Message> create(
        String persistenceId,
        Activation activation,
        long sequence,
        Optional<Object> state,
        ActorRef<Entity.Executed> replyTo) {
      var entity = new EntityContext(activation, clock, replyTo, sequence, state);
      return persistenceId.equals(ConfigurationStateModel.CONFIGURATION_ID)
          ? ProvisioningAuthorityActor.create(
              entity,
              new FencingAdapter<>(ConfigurationEvent.class, activation),
              voters,
              sampleClusters)
          : PointActor.create(
              ConfigurationStateModel.pointOf(persistenceId),
              entity,
              new FencingAdapter<>(PointEvent.class, activation));
    }
  }

  private final class Changes implements CopyListener {
    private final LocalConfiguration local;
    private final Consumer<ServiceDirectory> directory;

    Changes(LocalConfiguration local, Consumer<ServiceDirectory> directory) {
      this.local = local;
      this.directory = directory;
    }

    @Override
    public void applied(String persistenceId, Object event, Streams copy) {
      if (event instanceof ConfigurationEvent change) {
        var configuration = (Configuration) copy.state(persistenceId).orElseThrow();
        local.changed(configuration);
        directory.accept(directory(configuration));
        announce(change);
      } else if (event instanceof PointEvent.ValueSet set) {
        announce(
            "point-value",
            set.time(),
            Map.of(
                "point",
                set.point(),
                "value",
                Double.toString(set.value()),
                "revision",
                Long.toString(set.revision())));
      }
    }
  }

  private void announce(ConfigurationEvent change) {
    if (change instanceof ConfigurationEvent.ObjectPut put) {
      announce(
          put.version(),
          put.object().objectKind(),
          put.object().id(),
          put.created() ? "created" : "changed",
          put.author(),
          put.at());
    } else if (change instanceof ConfigurationEvent.ObjectDeleted deleted) {
      announce(
          deleted.version(),
          deleted.kind(),
          deleted.id(),
          "deleted",
          deleted.author(),
          deleted.at());
    }
  }

  private void announce(
      long version, ObjectKind kind, String id, String action, String author, Instant at) {
    announce(
        "configuration-changed",
        at,
        Map.of(
            "version",
            Long.toString(version),
            "kind",
            kind.word(),
            "id",
            id,
            "action",
            action,
            "author",
            author));
  }

  private void announce(String type, Instant at, Map<String, String> fields) {
    system.eventStream().tell(new EventStream.Publish<>(new LiveEvent(type, at, fields)));
  }

  static ServiceDirectory directory(Configuration configuration) {
    return new ServiceDirectory(
        configuration.version(),
        configuration.services().stream()
            .collect(Collectors.toMap(name -> name, configuration::settingsFor)));
  }
}
