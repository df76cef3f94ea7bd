package mainstay.node;

import akka.actor.ActorSystem;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** The readiness check of Akka Management; made by it, by name. */
public final class ReadinessCheck implements Supplier<CompletionStage<Boolean>> {
  private final ServerReadiness readiness;

  public ReadinessCheck(ActorSystem system) {
    this.readiness = ServerReadiness.get(system);
  }

  @Override
  public CompletionStage<Boolean> get() {
    return CompletableFuture.completedFuture(readiness.now().ready());
  }
}
