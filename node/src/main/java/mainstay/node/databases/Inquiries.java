package mainstay.node.databases;

import akka.actor.typed.ActorRef;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import mainstay.node.databases.core.Agreed;
import mainstay.node.databases.core.DropPolicy;
import mainstay.protocol.message.DatabaseAdmin;

/** Asks all servers whether they can reach databases, and answers for this one. */
final class Inquiries {
  private static final Duration SLACK = Duration.ofMillis(300);

  private final ActorRef<DatabaseAdmin.Message> self;
  private final DatabaseCoordinatorActor.Environment environment;
  private final OwnThread thread;
  private final Peers peers;
  private final Map<Long, Inquiry> open = new HashMap<>();
  private long questions;

  Inquiries(
      ActorRef<DatabaseAdmin.Message> self,
      DatabaseCoordinatorActor.Environment environment,
      OwnThread thread,
      Peers peers) {
    this.self = self;
    this.environment = environment;
    this.thread = thread;
    this.peers = peers;
  }

  /**
   * @param suspects those of the names that need more than a glance
   * @param look called after each answer, and when it has lasted too long
   */
  Inquiry ask(
      Agreed agreed, Collection<String> names, Set<String> suspects, Consumer<Inquiry> look) {
    var limit = environment.settings().probeTimeout().plus(SLACK);
    var inquiry = new Inquiry(++questions, limit, look);
    open.put(inquiry.question(), inquiry);
    var question = new Coordination.AskProbe(
        environment.self(),
        inquiry.question(),
        names.stream()
            .map(name -> agreed.set().member(name).orElseThrow().database())
            .toList(),
        suspects,
        agreed.cluster());
    peers.tellOthers(question);
    onAskProbe(question);
    thread.later(key(inquiry), limit, () -> {
      inquiry.end();
      open.remove(inquiry.question());
    });
    return inquiry;
  }

  void close(Inquiry inquiry) {
    open.remove(inquiry.question());
    thread.cancel(key(inquiry));
  }

  private static String key(Inquiry inquiry) {
    return "inquiry-" + inquiry.question();
  }

  /** Whose answers count has changed. */
  void lookAgain() {
    List.copyOf(open.values()).forEach(Inquiry::lookAgain);
  }

  void onAskProbe(Coordination.AskProbe ask) {
    var timeout = environment.settings().probeTimeout();
    var asker = ask.from().equals(environment.self())
        ? self
        : peers.coordinator(ask.from()).orElse(self);
    for (var database : ask.databases()) {
      var link = environment.link();
      var probing = ask.suspects().contains(database.name())
          ? link.probe(database, ask.cluster())
          : link.glance(database, ask.cluster());
      probing
          .toCompletableFuture()
          .completeOnTimeout(
              new DropPolicy.Probe(
                  DropPolicy.Finding.SILENT, "no answer within " + timeout.toMillis() + " ms"),
              timeout.toMillis(),
              TimeUnit.MILLISECONDS)
          .thenAccept(probe -> asker.tell(
              new Coordination.Probed(environment.self(), ask.question(), database.name(), probe)));
    }
  }

  void onProbed(Coordination.Probed probed) {
    var inquiry = open.get(probed.question());
    if (inquiry != null && environment.servers().contains(probed.from())) {
      inquiry.answered(probed.from(), probed.database(), probed.probe());
    }
  }
}
