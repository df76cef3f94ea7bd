package mainstay.node.cluster;

import akka.actor.Address;
import akka.actor.typed.Behavior;
import akka.actor.typed.DispatcherSelector;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import com.typesafe.config.Config;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.stream.Collectors;
import mainstay.node.cluster.core.Beacon;
import mainstay.node.cluster.core.BeaconLog;
import mainstay.protocol.model.ServerId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells every other server, by datagrams to its crash-watch port, that this one is there. Heartbeats go over TCP, which
 * waits twice as long after each loss: where a fifth of all packets is lost it is silent for seconds now and then, and a
 * sound server would be replaced. A datagram that is lost delays no other. They also say who hears whom ({@link LatestHearing}).
 *
 * <p>Runs where the heartbeats do, so that a server which is too busy for those is too busy for this.
 */
public final class BeaconActor extends AbstractBehavior<BeaconActor.Message> {
  public static final DispatcherSelector DISPATCHER =
      DispatcherSelector.fromConfig("akka.actor.internal-dispatcher");

  private static final Logger log = LoggerFactory.getLogger("mainstay.cluster");
  private static final Duration LOOK_UP = Duration.ofSeconds(10);
  private static final int DATAGRAM_LIMIT = 4096;

  /** What it receives, from itself alone. */
  public sealed interface Message {}

  private record Tick() implements Message {}

  private record LookUp() implements Message {}

  private record LookedUp(Map<ServerId, InetSocketAddress> sockets) implements Message {}

  /**
   * @param address under which it is a member of the cluster
   * @param port its crash-watch port
   */
  public record Peer(ServerId server, Address address, String host, int port) {}

  /**
   * Keys of section {@code akka.cluster.failure-detector}.
   *
   * @param interval between two beacons
   * @param within a beacon that is older says nothing any more
   */
  public record Settings(Duration interval, Duration within) {
    private static final String KEY = "akka.cluster.failure-detector";

    public Settings {
      if (interval.toMillis() < 1 || within.compareTo(interval) <= 0) {
        throw new IllegalArgumentException(KEY + ".beacon-interval = " + interval.toMillis()
            + " ms must be at least 1 ms, and shorter than " + KEY + ".beacon-within = "
            + within.toMillis() + " ms");
      }
    }

    /** @throws IllegalArgumentException naming both keys if they do not fit each other */
    public static Settings from(Config config) {
      var section = config.getConfig(KEY);
      return new Settings(
          section.getDuration("beacon-interval"), section.getDuration("beacon-within"));
    }
  }

  private final Peer self;
  private final Map<ServerId, Peer> others;
  private final BeaconLog beacons;
  private final LatestHearing latest;
  private final Map<ServerId, InetSocketAddress> sockets = new HashMap<>();
  private final ByteBuffer received = ByteBuffer.allocate(DATAGRAM_LIMIT);
  private Optional<DatagramChannel> channel = Optional.empty();

  private BeaconActor(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      Peer self,
      String incarnation,
      List<Peer> others,
      Settings settings) {
    super(context);
    this.self = self;
    this.others = others.stream().collect(Collectors.toMap(Peer::server, Function.identity()));
    this.latest = LatestHearing.get(context.getSystem().classicSystem());
    this.beacons = new BeaconLog(self.server(), incarnation, settings.within());
    timers.startTimerWithFixedDelay(new Tick(), settings.interval());
    timers.startTimerWithFixedDelay(new LookUp(), Duration.ZERO, LOOK_UP);
  }

  /** Ends with its actor system, so that an incarnation that has ended is not taken for alive. */
  public static Behavior<Message> create(
      Peer self, String incarnation, List<Peer> others, Settings settings) {
    return Behaviors.setup(context -> Behaviors.withTimers(
        timers -> new BeaconActor(context, timers, self, incarnation, others, settings)));
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder()
        .onMessage(Tick.class, tick -> {
          channel.ifPresent(open -> {
            receive(open);
            send(open);
          });
          latest.update(beacons.hearing(latest.isFit(), System.nanoTime()));
          return this;
        })
        .onMessage(LookUp.class, this::onLookUp)
        .onMessage(LookedUp.class, found -> {
          sockets.putAll(found.sockets());
          return this;
        })
        .onSignal(PostStop.class, stop -> {
          close();
          return this;
        })
        .build();
  }

  private void receive(DatagramChannel open) {
    try {
      while (open.receive(received.clear()) != null) {
        Beacon.parse(StandardCharsets.US_ASCII.decode(received.flip()).toString())
            .filter(beacon -> others.containsKey(beacon.server()))
            .filter(beacon -> beacons.heard(beacon, System.nanoTime()))
            .ifPresent(beacon -> Sightings.byBeacon(others.get(beacon.server()).address()));
      }
    } catch (IOException e) {
      log.debug("server={} no beacon could be received: {}", self.server(), e.toString());
    }
  }

  private void send(DatagramChannel open) {
    var text =
        beacons.own(latest.isFit(), System.nanoTime()).text().getBytes(StandardCharsets.US_ASCII);
    sockets.forEach((server, socket) -> {
      try {
        open.send(ByteBuffer.wrap(text), socket);
      } catch (IOException e) { // there is no way to it now
        log.debug(
            "server={} no beacon could be sent to {}: {}", self.server(), server, e.toString());
      }
    });
  }

  /** Away from this dispatcher: a name service may take its time. */
  private Behavior<Message> onLookUp(LookUp lookUp) {
    if (channel.isEmpty()) {
      open();
    }
    var blocking = getContext().getSystem().dispatchers().lookup(DispatcherSelector.blocking());
    getContext()
        .pipeToSelf(CompletableFuture.supplyAsync(this::lookUp, blocking), (found, failure) -> {
          if (failure != null) {
            log.warn("server={} addresses not looked up: {}", self.server(), failure.toString());
          }
          return new LookedUp(failure == null ? found : Map.of());
        });
    return this;
  }

  private Map<ServerId, InetSocketAddress> lookUp() {
    return others.values().stream()
        .map(peer -> Map.entry(peer.server(), new InetSocketAddress(peer.host(), peer.port())))
        .filter(peer -> !peer.getValue().isUnresolved())
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  private void open() {
    try {
      var opened = DatagramChannel.open();
      channel = Optional.of(opened);
      opened.configureBlocking(false);
      opened.bind(new InetSocketAddress(self.host(), self.port()));
    } catch (IOException e) {
      log.warn(
          "server={} UDP port {} of {} cannot be opened, so heartbeats alone tell who is there: {}",
          self.server(),
          self.port(),
          self.host(),
          e.toString());
      close();
    }
  }

  private void close() {
    channel.ifPresent(open -> {
      try {
        open.close();
      } catch (IOException e) {
        log.debug("server={} {}", self.server(), e.toString());
      }
    });
    channel = Optional.empty();
  }
}
