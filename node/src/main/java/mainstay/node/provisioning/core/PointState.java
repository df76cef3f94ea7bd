package mainstay.node.provisioning.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import mainstay.protocol.message.CborSerializable;
import mainstay.protocol.message.Points.SetValue;
import mainstay.protocol.message.Precondition;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceReply.PointValue;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.model.FieldError;
import mainstay.protocol.model.Quality;

/**
 * The value of one manual point, and the requests that set it last.
 *
 * @param recent the newest {@value #REMEMBERED} settings, oldest first; the last one is the value. A request older than
 *     these is not recognised any more: repeated, it counts as a new one
 */
public record PointState(List<PointEvent.ValueSet> recent) implements CborSerializable {
  public static final int REMEMBERED = 256;

  public PointState {
    recent = List.copyOf(recent);
  }

  public static PointState initial() {
    return new PointState(List.of());
  }

  public Outcome<PointEvent, ServiceReply> decide(SetValue write, RequestContext context) {
    var first = remembered(context.requestId());
    if (first.isPresent()) {
      return Outcome.answer(repeat(first.get(), write, context));
    }
    if (!Double.isFinite(write.value())) {
      return Outcome.answer(new Rejected(
          Reason.INVALID,
          "the value " + write.value() + " of point '" + write.point() + "' is not a finite number",
          List.of(new FieldError("/value", "must be a finite number, but is " + write.value()))));
    }
    if (!holds(write.precondition())) {
      return Outcome.answer(Rejected.of(Reason.STALE_REVISION, stale(write)));
    }
    var event = new PointEvent.ValueSet(
        write.point(),
        write.value(),
        revision() + 1,
        context.term(),
        context.now(),
        context.principal().name(),
        context.requestId());
    return Outcome.store(event, answer(event));
  }

  /** Replay: accepts every event ever stored, so it never validates. */
  public PointState apply(PointEvent event) {
    if (event instanceof PointEvent.ValueSet set) {
      var next = new ArrayList<>(
          recent.subList(Math.max(0, recent.size() - REMEMBERED + 1), recent.size()));
      next.add(set);
      return new PointState(next);
    }
    throw new IllegalStateException("unknown event of a point: " + event);
  }

  /** The answer to a read. */
  public PointValue value(String point) {
    return newest()
        .map(PointState::answer)
        .orElseGet(
            () -> new PointValue(point, Optional.empty(), 0, 0, Optional.empty(), Quality.UNSET));
  }

  /** Number of times the point was set. */
  public long revision() {
    return newest().map(PointEvent.ValueSet::revision).orElse(0L);
  }

  private Optional<PointEvent.ValueSet> newest() {
    return recent.isEmpty() ? Optional.empty() : Optional.of(recent.get(recent.size() - 1));
  }

  /** Asked before every write, and nearly always in vain. */
  private Optional<PointEvent.ValueSet> remembered(String requestId) {
    if (!requestId.isEmpty()) {
      for (int i = recent.size() - 1; i >= 0; i--) {
        if (recent.get(i).requestId().equals(requestId)) {
          return Optional.of(recent.get(i));
        }
      }
    }
    return Optional.empty();
  }

  private static ServiceReply repeat(
      PointEvent.ValueSet first, SetValue write, RequestContext context) {
    boolean same = first.value() == write.value()
        && first.author().equals(context.principal().name());
    return same
        ? answer(first)
        : Rejected.of(
            Reason.INVALID,
            "request id '" + first.requestId() + "' was used before, when " + first.author()
                + " set point '" + first.point() + "' to " + first.value()
                + "; use a new id for another request");
  }

  /** Revision 0 is what a reader of an unset point sees, so it demands the same as ABSENT. */
  private boolean holds(Precondition precondition) {
    return precondition.equals(Precondition.revision(0))
        ? revision() == 0
        : precondition.holds(revision() == 0 ? OptionalLong.empty() : OptionalLong.of(revision()));
  }

  private String stale(SetValue write) {
    var expected = write.precondition();
    return "point '" + write.point() + "' is at revision " + revision()
        + ", but the request expects "
        + (expected.kind() == Precondition.Kind.ABSENT
            ? "that nobody has set it yet"
            : "revision " + expected.revision())
        + "; read it again before you set it";
  }

  private static PointValue answer(PointEvent.ValueSet event) {
    return new PointValue(
        event.point(),
        Optional.of(event.value()),
        event.revision(),
        event.term(),
        Optional.of(event.time()),
        Quality.GOOD);
  }
}
