package mainstay.node.provisioning.core;

import java.time.Instant;
import mainstay.protocol.message.CborSerializable;

/** What happened to a manual point. Stored and sent: names and fields are wire format. */
public sealed interface PointEvent extends CborSerializable {
  /** @param revision number of times the point was set, this one included */
  record ValueSet(
      String point,
      double value,
      long revision,
      long term,
      Instant time,
      String author,
      String requestId)
      implements PointEvent {}
}
