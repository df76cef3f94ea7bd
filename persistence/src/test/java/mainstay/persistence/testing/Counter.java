package mainstay.persistence.testing;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.RetentionCriteria;
import java.util.Optional;
import mainstay.persistence.journal.FencingAdapter;
import mainstay.protocol.message.CborSerializable;
import mainstay.protocol.model.Activation;

/** An event-sourced actor as the product has them: adds numbers, and counts the events that it replayed. */
public final class Counter
    extends EventSourcedBehavior<Counter.Command, Counter.Added, Counter.Total> {
  public interface Command {}

  public record Add(int amount, ActorRef<Total> replyTo) implements Command {}

  public record Get(ActorRef<Total> replyTo) implements Command {}

  public record Added(int amount) implements CborSerializable {}

  /** @param applied events since the state was loaded or empty; not stored */
  public record Total(int sum, int applied) implements CborSerializable {}

  private final Optional<Activation> activation;
  private final String plugins;

  private Counter(String id, Optional<Activation> activation, String plugins) {
    super(PersistenceId.ofUniqueId(id));
    this.activation = activation;
    this.plugins = plugins;
  }

  public static Behavior<Command> create(String id, Activation activation) {
    return new Counter(id, Optional.of(activation), "");
  }

  /** On the plugins of Akka Persistence JDBC. */
  public static Behavior<Command> stock(String id) {
    return new Counter(id, Optional.empty(), "jdbc");
  }

  @Override
  public String journalPluginId() {
    return plugins.isEmpty() ? "" : "jdbc-journal";
  }

  @Override
  public String snapshotPluginId() {
    return plugins.isEmpty() ? "" : "jdbc-snapshot-store";
  }

  @Override
  public EventAdapter<Added, ?> eventAdapter() {
    return activation.isPresent()
        ? new FencingAdapter<>(Added.class, activation.get())
        : super.eventAdapter();
  }

  @Override
  public RetentionCriteria retentionCriteria() {
    return RetentionCriteria.snapshotEvery(5, 2);
  }

  @Override
  public Total emptyState() {
    return new Total(0, 0);
  }

  @Override
  public CommandHandler<Command, Added, Total> commandHandler() {
    return newCommandHandlerBuilder()
        .forAnyState()
        .onCommand(
            Add.class,
            add ->
                Effect().persist(new Added(add.amount())).thenReply(add.replyTo(), total -> total))
        .onCommand(Get.class, (total, get) -> Effect().reply(get.replyTo(), total))
        .build();
  }

  @Override
  public EventHandler<Total, Added> eventHandler() {
    return newEventHandlerBuilder()
        .forAnyState()
        .onEvent(
            Added.class,
            (total, added) -> new Total(total.sum() + added.amount(), total.applied() + 1))
        .build();
  }
}
