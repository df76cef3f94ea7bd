package mainstay.protocol.message;

import akka.actor.typed.ActorRef;
import java.time.Duration;
import mainstay.protocol.model.Principal;
import mainstay.protocol.model.ServiceName;

/**
 * Protocol of the router of a node: it brings a request to the active server of its service, waits while the service
 * moves, and repeats with the same request id after a move. Local to its node.
 */
public final class ServiceRouter {
  private ServiceRouter() {}

  /** All that the router receives. */
  public interface Message {}

  public sealed interface Command extends Message permits Ask {}

  /**
   * Answered exactly once, at the latest at the deadline.
   *
   * @param requestId the same for every repetition of one request
   * @param consistency LOCAL is for reads only and answers from this node's copy
   * @param patience from now until NO_ACTIVE_SERVER or OUTCOME_UNKNOWN is answered
   */
  public record Ask(
      ServiceName service,
      String requestId,
      Principal principal,
      ServiceRequest request,
      Consistency consistency,
      Duration patience,
      ActorRef<Answer> replyTo)
      implements Command {}

  public enum Consistency {
    LINEARIZABLE,
    LOCAL
  }

  /** @param ageMillis 0, or for a local read how long ago this copy last heard from the active server */
  public record Answer(ServiceReply reply, long ageMillis) {}
}
