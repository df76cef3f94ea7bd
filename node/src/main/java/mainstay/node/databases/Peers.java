package mainstay.node.databases;

import akka.actor.typed.ActorRef;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import mainstay.node.databases.core.Acting;
import mainstay.node.databases.core.Asked;
import mainstay.node.failover.ClusterRoles;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.model.ServerId;
import org.slf4j.Logger;

/** The coordinators of all servers, and which of them acts. */
final class Peers {
  private static final int REPORTS_MISSED = 3;

  private final DatabaseCoordinatorActor.Environment environment;
  private final Logger log;
  private final Cluster cluster;
  private final Duration patience;
  private final Consumer<Boolean> changed;
  private final Map<ServerId, Acting.Word> words = new TreeMap<>();
  private final Map<ServerId, Long> heardAt = new HashMap<>();
  private boolean acting;

  /** @param changed told whether this server acts, whenever that changes */
  Peers(
      DatabaseCoordinatorActor.Environment environment,
      Cluster cluster,
      Consumer<Boolean> changed) {
    this.environment = environment;
    this.log = environment.log();
    this.cluster = cluster;
    this.patience = environment.settings().reportInterval().multipliedBy(REPORTS_MISSED);
    this.changed = changed;
  }

  /** Whether this server acted when it was last looked. */
  boolean acting() {
    return acting;
  }

  void look() {
    boolean now = whoActs().filter(environment.self()::equals).isPresent();
    if (now != acting) {
      acting = now;
      log.info("databases server={} acting={}", environment.self(), acting);
      changed.accept(acting);
    }
  }

  /** @return whether nothing was heard of that server before */
  boolean heard(Acting.Word word) {
    heardAt.put(word.from(), System.nanoTime());
    return words.put(word.from(), word) == null;
  }

  void forgetSilent() {
    long now = System.nanoTime();
    words.keySet().removeIf(server -> now - heardAt.get(server) > patience.toNanos());
  }

  /** Who acts by what the cluster's membership says; empty if this server is no member. */
  Optional<ServerId> firstMember() {
    return members().stream().min(ServerId::compareTo);
  }

  private Set<ServerId> members() {
    var unreachable = cluster.state().getUnreachable();
    var up =
        voters(member -> member.status() == MemberStatus.up() && !unreachable.contains(member));
    up.retainAll(environment.servers());
    return up;
  }

  private Set<ServerId> voters(Predicate<Member> which) {
    return StreamSupport.stream(cluster.state().getMembers().spliterator(), false)
        .filter(which)
        .flatMap(member -> ClusterRoles.serverOf(member.getRoles()).stream())
        .filter(environment.voterRefs()::containsKey)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The servers whose findings about a database count. */
  Set<ServerId> asked() {
    var counting = voters(member -> member.status() == MemberStatus.up()
        || member.status() == MemberStatus.leaving()
        || member.status() == MemberStatus.exiting());
    return Asked.of(
        environment.self(), environment.voterRefs().keySet(), environment.servers(), counting);
  }

  private Optional<ServerId> whoActs() {
    int voters = environment.voterRefs().size();
    int witnesses = voters - environment.servers().size();
    return Acting.of(environment.self(), voters, witnesses, members(), words.values());
  }

  /** Empty if nobody acts, or this server does. */
  Optional<ActorRef<DatabaseAdmin.Message>> other() {
    return acting ? Optional.empty() : whoActs().flatMap(this::coordinator);
  }

  Optional<ActorRef<DatabaseAdmin.Message>> coordinator(ServerId server) {
    return Optional.ofNullable(environment.coordinators().get(server));
  }

  void tellOthers(DatabaseAdmin.Message message) {
    environment.coordinators().forEach((server, other) -> {
      if (!server.equals(environment.self())) {
        other.tell(message);
      }
    });
  }
}
