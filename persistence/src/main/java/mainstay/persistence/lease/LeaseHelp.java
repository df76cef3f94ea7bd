package mainstay.persistence.lease;

import akka.actor.AbstractExtensionId;
import akka.actor.ActorSystem;
import akka.actor.ExtendedActorSystem;
import akka.actor.Extension;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Other servers do in the databases what this one cannot: a server may be cut off from a database that the others reach,
 * and the lease is needed in all of them. What is done for it counts as done by it.
 */
public final class LeaseHelp implements Extension {

  /** Reaches the other servers of this side. */
  @FunctionalInterface
  public interface Helpers {
    /** The first answer of one of them; fails if none of them has one. */
    CompletableFuture<Boolean> execute(LeaseOrder order);
  }

  private volatile Optional<Helpers> helpers = Optional.empty();

  LeaseHelp() {}

  public static LeaseHelp get(ActorSystem system) {
    return Id.INSTANCE.get(system);
  }

  public void offer(Helpers others) {
    helpers = Optional.of(others);
  }

  /**
   * The first answer of this server or of others, who are asked when this one has failed or is slow. Fails, as this server
   * did, when neither has an answer.
   *
   * @param alone how long others are not asked, in milliseconds
   */
  CompletableFuture<Boolean> with(
      Supplier<CompletableFuture<Boolean>> own, LeaseOrder order, long alone) {
    var known = helpers;
    var mine = own.get();
    if (known.isEmpty()) {
      return mine;
    }
    var answer = new CompletableFuture<Boolean>();
    mine.thenAccept(answer::complete);
    mine.copy()
        .orTimeout(alone, TimeUnit.MILLISECONDS)
        .exceptionallyCompose(failedOrSlow -> known.get().execute(order))
        .whenComplete((done, noHelp) -> {
          if (noHelp == null) {
            answer.complete(done);
          } else {
            mine.exceptionally(failure -> !answer.completeExceptionally(failure));
          }
        });
    return answer;
  }

  private static final class Id extends AbstractExtensionId<LeaseHelp> {
    private static final Id INSTANCE = new Id();

    @Override
    public LeaseHelp createExtension(ExtendedActorSystem system) {
      return new LeaseHelp();
    }
  }
}
