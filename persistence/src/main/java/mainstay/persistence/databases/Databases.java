package mainstay.persistence.databases;

import akka.actor.AbstractExtensionId;
import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import mainstay.persistence.databases.DatabaseUnavailableException.Outcome;
import mainstay.persistence.schema.Schema;
import mainstay.protocol.model.ServerId;

/**
 * The databases of this server: one instance per actor system, closed when the system has terminated.
 *
 * <p>{@code Databases.get(system)} only reads the configuration; {@link #awaitReady} comes before anything else uses
 * the databases.
 */
public final class Databases implements Extension {
  private static final long RETRY_MILLIS = 50;

  private final List<Database> all;

  private Databases(ExtendedActorSystem system) {
    var config = system.settings().config();
    String incarnation = system
        .settings()
        .setup()
        .get(DatabasesSetup.class)
        .map(DatabasesSetup::incarnation)
        .orElseThrow(
            () -> new IllegalStateException(
                "the actor system was created without a DatabasesSetup, so its sessions would have no incarnation"));
    var session =
        new SessionName(new ServerId(config.getString("mainstay.server.name")), incarnation);
    var limits = ConnectionLimits.from(config);
    all = DatabaseSettings.listFrom(config).stream()
        .map(settings -> new Database(settings, limits, session))
        .toList();
    system.registerOnTermination(() -> all.forEach(Database::close));
  }

  /**
   * @throws IllegalArgumentException naming key and value that are wrong in {@code mainstay.databases} or
   *     {@code mainstay.persistence.connections}
   */
  public static Databases get(ActorSystem system) {
    return Id.INSTANCE.get(system);
  }

  public static Databases get(akka.actor.typed.ActorSystem<?> system) {
    return get(system.classicSystem());
  }

  public List<Database> all() {
    return all;
  }

  /** The only database, as long as there is one. */
  public Database only() {
    return all.get(0);
  }

  /** Completes when every database answers; fails with the first that does not. */
  public CompletionStage<Void> check() {
    return CompletableFuture.allOf(
        all.stream().map(Database::check).toArray(CompletableFuture[]::new));
  }

  /**
   * Waits until every database accepts a login, then brings its tables to the version of this program.
   *
   * @param limit for the first login of each; fails as <em>not done</em> after it, naming database and last refusal
   */
  public CompletionStage<Void> awaitReady(Duration limit) {
    return CompletableFuture.allOf(all.stream()
        .map(database -> awaitReady(database, limit))
        .toArray(CompletableFuture[]::new));
  }

  private static CompletableFuture<Void> awaitReady(Database database, Duration limit) {
    var done = new CompletableFuture<Void>();
    var thread = new Thread(
        () -> {
          try {
            awaitLogin(database, System.nanoTime() + limit.toNanos(), limit);
            done.complete(null);
          } catch (RuntimeException e) {
            done.completeExceptionally(e);
          }
        },
        "database-" + database.name() + "-await");
    thread.setDaemon(true);
    thread.start();
    return done.thenCompose(reached -> database.control("prepare the tables", Schema::prepare));
  }

  private static void awaitLogin(Database database, long deadline, Duration limit) {
    while (true) {
      try {
        database.login();
        return;
      } catch (SQLException e) {
        if (System.nanoTime() > deadline) {
          throw new DatabaseUnavailableException(
              Outcome.NOT_DONE,
              "database " + database.name() + " accepted no login within " + limit.toMillis()
                  + " ms: " + e.getMessage(),
              e);
        }
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(RETRY_MILLIS));
      }
    }
  }

  private static final class Id extends AbstractExtensionId<Databases> {
    private static final Id INSTANCE = new Id();

    @Override
    public Databases createExtension(ExtendedActorSystem system) {
      return new Databases(system);
    }
  }
}
