package mainstay.node.host.core;

import java.util.Optional;
import java.util.Set;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceRequest;

/**
 * What the replicated state of a service is made of. The same functions build it on the active server, on a standby
 * that follows, and in a test; all of them are pure.
 */
public interface StateModel {
  /** Persistence ids of all streams that belong to the service, as far as the known states tell. */
  Set<String> persistenceIds(Streams known);

  /** State of a stream before its first event. */
  Object initial(String persistenceId);

  /** Accepts every event ever stored, so it never validates. */
  Object apply(String persistenceId, Object state, Object event);

  /** Persistence id of the entity that executes a write. */
  String streamFor(ServiceRequest.Write request);

  /** What can be refused from the other streams' states alone, before the entity sees it. */
  Optional<ServiceReply.Rejected> admit(ServiceRequest.Write request, Streams states);

  ServiceReply read(ServiceRequest.Read request, Streams states);
}
