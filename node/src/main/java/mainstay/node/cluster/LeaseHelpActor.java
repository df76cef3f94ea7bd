package mainstay.node.cluster;

import akka.actor.Address;
import akka.actor.typed.ActorRef;
import akka.actor.typed.ActorRefResolver;
import akka.actor.typed.ActorSystem;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import mainstay.persistence.lease.LeaseHelp;
import mainstay.persistence.lease.LeaseOrder;
import mainstay.persistence.lease.LeaseTable;
import mainstay.protocol.message.CborSerializable;

/** Does in the databases what another server asks for, which does not reach all of them. */
public final class LeaseHelpActor {
  /** Below {@code /user} on every server. */
  public static final String NAME = "lease-help";

  private LeaseHelpActor() {}

  /** Answered by {@link Done}. */
  public record Execute(LeaseOrder order, ActorRef<Done> replyTo) implements CborSerializable {}

  /** @param failure why there is no answer; empty if there is one */
  public record Done(boolean granted, Optional<String> failure) implements CborSerializable {}

  /** @param limit after which a database that does not answer has failed */
  public static Behavior<Execute> create(LeaseTable table, Duration limit) {
    return Behaviors.setup(context -> Behaviors.receive(Execute.class)
        .onMessage(Execute.class, execute -> {
          table
              .execute(execute.order(), limit)
              .whenComplete((granted, failure) -> execute
                  .replyTo()
                  .tell(
                      failure == null
                          ? new Done(granted, Optional.empty())
                          : new Done(false, Optional.of(failure.toString()))));
          return Behaviors.same();
        })
        .build());
  }

  /** Asks all of these servers at the same time. */
  public static LeaseHelp.Helpers of(
      ActorSystem<?> system, Collection<Address> others, Duration limit) {
    var resolver = ActorRefResolver.get(system);
    var helpers = others.stream()
        .map(address -> resolver.<Execute>resolveActorRef(address + "/user/" + NAME))
        .toList();
    return among(system, helpers, limit);
  }

  static LeaseHelp.Helpers among(
      ActorSystem<?> system, List<ActorRef<Execute>> helpers, Duration limit) {
    return order -> firstAnswer(helpers.stream()
        .map(helper -> AskPattern.<Execute, Done>ask(
                helper, replyTo -> new Execute(order, replyTo), limit, system.scheduler())
            .toCompletableFuture())
        .toList());
  }

  private static CompletableFuture<Boolean> firstAnswer(List<CompletableFuture<Done>> asked) {
    var answer = new CompletableFuture<Boolean>();
    var silent = new AtomicInteger();
    for (var one : asked) {
      one.whenComplete((done, failure) -> {
        if (failure == null && done.failure().isEmpty()) {
          answer.complete(done.granted());
        } else if (silent.incrementAndGet() == asked.size()) {
          answer.completeExceptionally(new IllegalStateException("no other server could help: "
              + (failure == null ? done.failure().get() : failure.getMessage())));
        }
      });
    }
    if (asked.isEmpty()) {
      answer.completeExceptionally(new IllegalStateException("there is no other server"));
    }
    return answer;
  }
}
