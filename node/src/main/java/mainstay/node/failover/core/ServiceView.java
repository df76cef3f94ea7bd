package mainstay.node.failover.core;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServerList;
import mainstay.protocol.model.ServiceName;

/**
 * Everything that the eight rules look at, at one moment, as one server sees it.
 *
 * @param failbackSettle how long a server must have been synchronised before the service returns to it under the policy automatic
 * @param self the viewing server
 * @param right whether the viewing server may take over
 * @param active who holds the newest term and is registered; in {@code unheard} too while only the databases say so
 * @param held whether an operator moved the service to the active server, as far as that has reported
 * @param lastTerm the highest term known
 * @param waitsForEarlier the cluster has just formed and nobody was active yet: servers that come first get a moment
 * @param unheard members that can be reached and have not reported yet: any of them may be active. And who has taken the
 *     newest term and has not said so yet
 */
public record ServiceView(
    ServiceName service,
    ServerList list,
    FailbackPolicy policy,
    Duration failbackSettle,
    ServerId self,
    Right right,
    Optional<ServerId> active,
    boolean held,
    long lastTerm,
    boolean waitsForEarlier,
    Set<ServerId> unheard,
    Map<ServerId, ServerState> servers) {

  public ServerState state(ServerId server) {
    return servers.getOrDefault(server, ServerState.ABSENT);
  }

  /** The same as another server of the same side sees it. */
  ServiceView seenBy(ServerId viewer) {
    return new ServiceView(
        service,
        list,
        policy,
        failbackSettle,
        viewer,
        right,
        active,
        held,
        lastTerm,
        waitsForEarlier,
        unheard,
        servers);
  }

  /** The same as if an operator had moved the service to where it is. */
  public ServiceView asHeld() {
    return new ServiceView(
        service,
        list,
        policy,
        failbackSettle,
        self,
        right,
        active,
        true,
        lastTerm,
        waitsForEarlier,
        unheard,
        servers);
  }

  /** A list of one has no choice: being unfit means nothing (rule 8). */
  boolean fit(ServerId server) {
    return state(server).fit() || list.servers().size() == 1;
  }

  Optional<ServerId> firstAvailableFit() {
    return available().filter(this::fit).findFirst();
  }

  /** All available servers are unfit, and none of them was cleared: the last active one is the worst known. */
  Optional<ServerId> firstAvailableButLast() {
    return available()
        .filter(server -> active.filter(server::equals).isEmpty())
        .findFirst()
        .or(() -> available().findFirst());
  }

  Optional<ServerId> firstRegistered() {
    return list.servers().stream()
        .filter(server -> state(server).registered() && !state(server).leaving())
        .findFirst();
  }

  private Stream<ServerId> available() {
    return list.servers().stream().filter(server -> state(server).available());
  }
}
