package mainstay.node.provisioning.core;

import java.time.Instant;
import java.util.Set;
import mainstay.protocol.model.Principal;
import mainstay.protocol.model.ServerId;

/**
 * Under what circumstances a write is decided.
 *
 * @param requestId the same for every repetition of one request; empty if the request cannot be repeated
 * @param self the acting server, which holds {@code term}
 * @param servers all that a server list may name: the voters of the cluster
 */
public record RequestContext(
    String requestId,
    Principal principal,
    Instant now,
    long term,
    ServerId self,
    Set<ServerId> servers) {
  public RequestContext {
    servers = Set.copyOf(servers);
  }
}
