package mainstay.node.databases;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.AskPattern;
import akka.actor.typed.javadsl.Behaviors;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import mainstay.node.databases.core.ListRules;
import mainstay.protocol.message.DatabaseAdmin;

/**
 * Administration of all lists of databases of a server: shows them as one table, and hands each command to the coordinator
 * of its list.
 */
public final class AllDatabasesActor {
  /** Longer than a coordinator waits for the acting one before it answers by itself. */
  private static final Duration LISTING_LIMIT = Duration.ofSeconds(2);

  private record Listed(DatabaseAdmin.Listing all, Consumer<DatabaseAdmin.Listing> then)
      implements DatabaseAdmin.Message {}

  private final ActorContext<DatabaseAdmin.Message> context;
  private final ActorRef<DatabaseAdmin.Command> installation;
  private final Map<String, ActorRef<DatabaseAdmin.Command>> lists;

  private AllDatabasesActor(
      ActorContext<DatabaseAdmin.Message> context,
      ActorRef<DatabaseAdmin.Command> installation,
      Map<String, ActorRef<DatabaseAdmin.Command>> lists) {
    this.context = context;
    this.installation = installation;
    this.lists = lists;
  }

  /** @param lists coordinators of the lists for samples, by name */
  public static Behavior<DatabaseAdmin.Command> create(
      ActorRef<DatabaseAdmin.Command> installation,
      Map<String, ActorRef<DatabaseAdmin.Command>> lists) {
    return Behaviors.<DatabaseAdmin.Message>setup(
            context -> new AllDatabasesActor(context, installation, lists).receive())
        .narrow();
  }

  private Behavior<DatabaseAdmin.Message> receive() {
    return Behaviors.receive(DatabaseAdmin.Message.class)
        .onMessage(Listed.class, listed -> {
          listed.then().accept(listed.all());
          return Behaviors.same();
        })
        .onMessage(DatabaseAdmin.GetDatabases.class, get -> {
          withAll(get.replyTo()::tell);
          return Behaviors.same();
        })
        .onMessage(DatabaseAdmin.Add.class, add -> {
          withAll(all -> ListRules.refusal(add, lists.keySet(), all.databases())
              .ifPresentOrElse(
                  refusal -> add.replyTo()
                      .tell(DatabaseAdmin.Reply.refused(refusal.reason(), refusal.detail())),
                  () -> coordinator(add.cluster()).tell(add)));
          return Behaviors.same();
        })
        .onMessage(DatabaseAdmin.Remove.class, remove -> handOn(remove.name(), remove))
        .onMessage(DatabaseAdmin.Activate.class, activate -> handOn(activate.name(), activate))
        .onMessage(
            DatabaseAdmin.Deactivate.class, deactivate -> handOn(deactivate.name(), deactivate))
        .onMessage(DatabaseAdmin.Check.class, check -> handOn(check.name(), check))
        .build();
  }

  private Behavior<DatabaseAdmin.Message> handOn(String name, DatabaseAdmin.Command command) {
    if (lists.isEmpty()) {
      installation.tell(command);
      return Behaviors.same();
    }
    withAll(all -> coordinator(ListRules.listOf(name, all.databases())).tell(command));
    return Behaviors.same();
  }

  private ActorRef<DatabaseAdmin.Command> coordinator(String list) {
    return lists.getOrDefault(list, installation);
  }

  /** Of a coordinator that says nothing the rows are left out. */
  private void withAll(Consumer<DatabaseAdmin.Listing> then) {
    var asked = new TreeMap<String, CompletableFuture<DatabaseAdmin.Listing>>();
    asked.put("", ask(installation));
    lists.forEach((name, coordinator) -> asked.put(name, ask(coordinator)));
    context.pipeToSelf(
        CompletableFuture.allOf(asked.values().toArray(CompletableFuture[]::new)),
        (done, failure) -> new Listed(together(List.copyOf(asked.values())), then));
  }

  private CompletableFuture<DatabaseAdmin.Listing> ask(
      ActorRef<DatabaseAdmin.Command> coordinator) {
    return AskPattern.<DatabaseAdmin.Command, DatabaseAdmin.Listing>ask(
            coordinator,
            DatabaseAdmin.GetDatabases::new,
            LISTING_LIMIT,
            context.getSystem().scheduler())
        .exceptionally(silent -> new DatabaseAdmin.Listing(0, List.of()))
        .toCompletableFuture();
  }

  private static DatabaseAdmin.Listing together(
      List<CompletableFuture<DatabaseAdmin.Listing>> answers) {
    var rows = new ArrayList<DatabaseAdmin.Database>();
    answers.forEach(answer -> rows.addAll(answer.join().databases()));
    return new DatabaseAdmin.Listing(answers.get(0).join().epoch(), rows);
  }
}
