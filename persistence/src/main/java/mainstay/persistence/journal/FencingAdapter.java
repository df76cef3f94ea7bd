package mainstay.persistence.journal;

import akka.persistence.typed.EventAdapter;
import akka.persistence.typed.EventSeq;
import mainstay.protocol.model.Activation;

/** Makes an event-sourced actor write in the term in which it was started, and in no other. */
public final class FencingAdapter<E> extends EventAdapter<E, Object> {
  private final Class<E> eventType;
  private final Activation activation;

  /** @param eventType what the actor stores; a stored event of another type fails the replay */
  public FencingAdapter(Class<E> eventType, Activation activation) {
    this.eventType = eventType;
    this.activation = activation;
  }

  @Override
  public Object toJournal(E event) {
    return new Fenced(event, activation.fence(), activation.server(), activation.incarnation());
  }

  @Override
  public String manifest(E event) {
    return "";
  }

  @Override
  public EventSeq<E> fromJournal(Object stored, String manifest) {
    return EventSeq.single(eventType.cast(stored));
  }
}
