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
 * @param allowed what objects may name beside each other
 */
public record RequestContext(
    String requestId, Principal principal, Instant now, long term, ServerId self, Allowed allowed) {

  /**
   * @param servers all that a server list may name: the voters of the cluster
   * @param sampleClusters all that an engine may store its samples in: the named lists of the acting server's file
   */
  public record Allowed(Set<ServerId> servers, Set<String> sampleClusters) {
    public Allowed {
      servers = Set.copyOf(servers);
      sampleClusters = Set.copyOf(sampleClusters);
    }
  }
}
