package mainstay.persistence.testing;

import akka.actor.ActorSystem;
import akka.actor.BootstrapSetup;
import akka.actor.setup.ActorSystemSetup;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import mainstay.persistence.databases.Database;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.DatabasesSetup;
import mainstay.persistence.term.JdbcTermStore;
import mainstay.persistence.term.TermStore;
import mainstay.persistence.term.TermStore.Taken;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/** One server of a test: an actor system with its sessions to a database. */
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
      Postgres postgres, String url, String name, String incarnation, String... settings) {
    var config = configuration(postgres, url, name, String.join("\n", settings));
    var system = ActorSystem.create(
        name,
        ActorSystemSetup.create(BootstrapSetup.create(config), new DatabasesSetup(incarnation)));
    await(Databases.get(system).awaitReady(LIMIT));
    return new Server(system, new ServerId(name), incarnation);
  }

  private static Config configuration(Postgres postgres, String url, String name, String settings) {
    return ConfigFactory.parseString(settings)
        .withFallback(ConfigFactory.parseString(
            """
        mainstay.server.name = %s
        mainstay.databases = [
          { name = db1, vendor = postgresql, url = "%s", user = %s, password-file = "%s" } ]
        akka {
          loglevel = WARNING
          stdout-loglevel = WARNING
          persistence.journal.plugin = "mainstay.persistence.journal"
          persistence.snapshot-store.plugin = "mainstay.persistence.snapshot-store"
          actor.serialization-bindings { "mainstay.protocol.message.CborSerializable" = jackson-cbor }
          serialization.jackson.jackson-cbor.allowed-class-prefix = ["mainstay"]
        }
        """.formatted(name, url, postgres.user(), postgres.passwordFile())))
        .withFallback(ConfigFactory.load());
  }

  public ActorSystem system() {
    return system;
  }

  public Database database() {
    return Databases.get(system).only();
  }

  public TermStore terms() {
    return new JdbcTermStore(database());
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
