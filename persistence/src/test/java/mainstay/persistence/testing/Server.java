package mainstay.persistence.testing;

import akka.actor.ActorSystem;
import akka.actor.BootstrapSetup;
import akka.actor.setup.ActorSystemSetup;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import mainstay.persistence.databases.Database;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.DatabasesSetup;
import mainstay.persistence.term.JdbcTermStore;
import mainstay.persistence.term.TermStore;
import mainstay.persistence.term.TermStore.Taken;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/** One server of a test: an actor system with its sessions to the databases. */
public final class Server implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  private final ActorSystem system;
  private final ServerId id;
  private final String incarnation;

  private Server(ActorSystem system, ServerId id, String incarnation) {
    this.system = system;
    this.id = id;
    this.incarnation = incarnation;
  }

  public static Server start(
      TestDatabase database, String url, String name, String incarnation, String... settings) {
    return start(List.of(new Place(database, url)), name, incarnation, settings);
  }

  /** Where one of the databases is; they are called db1, db2 and so on. */
  public record Place(TestDatabase database, String url) {}

  /** All of the databases count. */
  public static Server start(
      List<Place> places, String name, String incarnation, String... settings) {
    var config = configuration(places, name, String.join("\n", settings));
    var system = ActorSystem.create(
        name,
        ActorSystemSetup.create(BootstrapSetup.create(config), new DatabasesSetup(incarnation)));
    var databases = Databases.get(system);
    var all = ActiveSet.first(databases.configured());
    for (var address : databases.configured()) {
      await(databases.prepare(address, LIMIT));
      stand(databases.open(address), all.epoch());
    }
    databases.adopt(all);
    return new Server(system, new ServerId(name), incarnation);
  }

  /** Makes a database stand in an epoch, if that is not below its own. */
  public static void stand(Database database, long epoch) {
    await(database.control("set the epoch", session -> {
      try (var update =
          session.prepareStatement("update active_set set epoch = ? where epoch <= ?")) {
        update.setLong(1, epoch);
        update.setLong(2, epoch);
        return update.executeUpdate();
      }
    }));
  }

  private static Config configuration(List<Place> places, String name, String settings) {
    var databases = IntStream.range(0, places.size())
        .mapToObj(
            i -> "{ name = db%d, vendor = %s, url = \"%s\", user = %s, password-file = \"%s\" }"
                .formatted(
                    i + 1,
                    places.get(i).database().vendor(),
                    places.get(i).url(),
                    places.get(i).database().user(),
                    places.get(i).database().passwordFile()))
        .collect(Collectors.joining(", "));
    return ConfigFactory.parseString(settings)
        .withFallback(ConfigFactory.parseString("""
        mainstay.server.name = %s
        mainstay.databases = [ %s ]
        akka {
          loglevel = WARNING
          stdout-loglevel = WARNING
          persistence.journal.plugin = "mainstay.persistence.journal"
          persistence.snapshot-store.plugin = "mainstay.persistence.snapshot-store"
          actor.provider = local
          actor.serialization-bindings { "mainstay.protocol.message.CborSerializable" = jackson-cbor }
          serialization.jackson.jackson-cbor.allowed-class-prefix = ["mainstay"]
        }
        """.formatted(name, databases)))
        .withFallback(ConfigFactory.load());
  }

  public ActorSystem system() {
    return system;
  }

  public Databases databases() {
    return Databases.get(system);
  }

  public TermStore terms() {
    return store();
  }

  public JdbcTermStore store() {
    return new JdbcTermStore(databases(), Clock.systemUTC());
  }

  /** Takes the term after {@code expectedTerm} for this server. */
  public Activation take(ServiceName service, long expectedTerm) {
    var take =
        await(terms().take(service, expectedTerm, id, incarnation, "the test says so", false));
    if (take instanceof Taken taken) {
      return taken.activation();
    }
    throw new AssertionError(
        "term after " + expectedTerm + " of " + service + " was not taken: " + take);
  }

  public static <T> T await(CompletionStage<T> stage) {
    try {
      return stage.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new AssertionError("no result", e);
    }
  }

  @Override
  public void close() {
    system.terminate();
    await(system.getWhenTerminated());
  }
}
