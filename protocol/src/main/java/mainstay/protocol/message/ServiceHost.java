package mainstay.protocol.message;

import akka.actor.typed.ActorRef;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import mainstay.protocol.model.Position;
import mainstay.protocol.model.Principal;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/** Protocol of the host of one service on one server: requests from routers, the feed between hosts, planned moves. */
public final class ServiceHost {
  private ServiceHost() {}

  /** All that a host receives. */
  public interface Message {}

  /** What crosses the network to a host. */
  public sealed interface Command extends Message, CborSerializable
      permits Deliver, Follow, FollowAccepted, Feed, FeedPosition, AcceptService, ServiceAccepted {}

  /** A request of a client, brought by the router of any node. */
  public record Deliver(
      String requestId, Principal principal, ServiceRequest request, ActorRef<Delivered> replyTo)
      implements Command {}

  /**
   * @param active false if this server does not serve (now): nothing was done by this delivery, or it is not known;
   *     send it again when an active server is announced
   * @param reply null unless active
   */
  public record Delivered(ServiceName service, String requestId, boolean active, ServiceReply reply)
      implements CborSerializable {}

  /** A standby asks the active server of {@code term} for every event from now on. */
  public record Follow(ServerId server, long term, ActorRef<Message> follower) implements Command {}

  /** @param sequences by persistence id: what the active server had when the feed began */
  public record FollowAccepted(long term, Map<String, Long> sequences) implements Command {}

  /** Events that were stored since the last of these, in the order of each stream. */
  public record Feed(long term, List<FedEvent> events) implements Command {}

  /**
   * One stored event, in the form in which it is stored.
   *
   * @param serializer id of Akka's serializer for the payload, with {@code manifest}
   */
  public record FedEvent(
      String persistenceId, long sequence, int serializer, String manifest, byte[] payload) {}

  /** Where the active server is, in order with the events of the feed: the follower must be there too. */
  public record FeedPosition(long term, Position position) implements Command {}

  /** The drained active server asks its successor to take the next term. */
  public record AcceptService(
      long term,
      Position position,
      String why,
      int rule,
      boolean held,
      ActorRef<Message> predecessor)
      implements Command {}

  /** @param accepted false: the successor did not take over, {@code detail} says why */
  public record ServiceAccepted(boolean accepted, long term, String detail) implements Command {}

  /** What a host does at the moment. */
  public enum State {
    /** Reads the journal or follows the active server from behind. */
    SYNCHRONISING,
    /** Follows the active server and is where it is. */
    STANDBY,
    /** Holds a new term and brings its state up to date. */
    ACTIVATING,
    ACTIVE,
    /** Accepts nothing and finishes what runs, because the service moves away. */
    DRAINING,
    /** Holds a term and does nothing, because this server may not act or its database does not answer. */
    SUSPENDED
  }

  /**
   * What a host says of itself.
   *
   * @param term that it holds; the last one it knows of while it holds none
   * @param generation grows when an active host becomes active again in its term; what was sent before is sent again
   * @param held whether an operator moved the service here, so that it stays
   * @param behind number of events that this copy lacks, as far as known
   * @param complaint what the service cannot do although it is active, as a sentence
   */
  public record Report(
      ServiceName service,
      State state,
      long term,
      long generation,
      Position position,
      int synchronisationMode,
      long behind,
      String why,
      int rule,
      boolean held,
      Instant since,
      Optional<String> complaint,
      ActorRef<Message> host) {

    public boolean holdsTerm() {
      return state == State.ACTIVATING
          || state == State.ACTIVE
          || state == State.DRAINING
          || state == State.SUSPENDED;
    }
  }
}
