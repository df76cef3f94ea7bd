package mainstay.node.host.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceRequest;
import mainstay.protocol.model.Position;
import org.junit.jupiter.api.Test;

class ReplicaTest {
  private final Replica replica = new Replica(new Concatenation());

  @Test
  void eventsFoldInOrderAndAnOldOneChangesNothing() {
    assertThat(offer(replica, "a", 1, "x")).isEqualTo(Replica.Offer.APPLIED);
    assertThat(offer(replica, "a", 2, "y")).isEqualTo(Replica.Offer.APPLIED);
    assertThat(offer(replica, "a", 1, "x")).isEqualTo(Replica.Offer.KNOWN);

    assertThat(replica.state("a")).contains("xy");
    assertThat(replica.sequence("a")).isEqualTo(2);
  }

  @Test
  void anEventWithoutItsPredecessorIsAGap() {
    assertThat(offer(replica, "a", 2, "y")).isEqualTo(Replica.Offer.GAP);
    assertThat(replica.position()).isEqualTo(Position.EMPTY);
  }

  @Test
  void copiesThatSawTheSameEventsInAnyOrderOfStreamsAreAtOnePosition() {
    var other = new Replica(new Concatenation());
    offer(replica, "a", 1, "x");
    offer(replica, "b", 1, "y");
    offer(replica, "a", 2, "z");
    offer(other, "b", 1, "y");
    offer(other, "a", 1, "x");
    offer(other, "a", 2, "z");

    assertThat(replica.position()).isEqualTo(other.position());
    assertThat(replica.position().sequence()).isEqualTo(3);
  }

  @Test
  void copiesThatSawDifferentEventsDifferInTheHash() {
    var other = new Replica(new Concatenation());
    offer(replica, "a", 1, "x");
    offer(other, "a", 1, "y");

    assertThat(replica.position().sequence()).isEqualTo(other.position().sequence());
    assertThat(replica.position()).isNotEqualTo(other.position());
  }

  @Test
  void streamsThatTheModelNamesAreAskedForFromTheirBeginning() {
    assertThat(replica.sequences()).isEqualTo(Map.of("a", 0L));
    offer(replica, "a", 1, "x");
    assertThat(replica.sequences()).isEqualTo(Map.of("a", 1L));
  }

  private static Replica.Offer offer(Replica replica, String stream, long sequence, String event) {
    return replica.offer(stream, sequence, event.getBytes(StandardCharsets.UTF_8), event);
  }

  /** A stream's state is the text of its events. */
  private static final class Concatenation implements StateModel {
    @Override
    public Set<String> persistenceIds(Streams known) {
      return Set.of("a");
    }

    @Override
    public Object initial(String persistenceId) {
      return "";
    }

    @Override
    public Object apply(String persistenceId, Object state, Object event) {
      return state + (String) event;
    }

    @Override
    public String streamFor(ServiceRequest.Write request) {
      return "a";
    }

    @Override
    public Optional<ServiceReply.Rejected> admit(ServiceRequest.Write request, Streams states) {
      return Optional.empty();
    }

    @Override
    public ServiceReply read(ServiceRequest.Read request, Streams states) {
      throw new UnsupportedOperationException("this model is never read");
    }
  }
}
