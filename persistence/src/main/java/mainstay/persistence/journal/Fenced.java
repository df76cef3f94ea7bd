package mainstay.persistence.journal;

import mainstay.persistence.journal.core.FenceStamp;
import mainstay.protocol.model.Fence;
import mainstay.protocol.model.ServerId;

/** An event on its way to the journal, with the right that its write claims. Never leaves the process in this form. */
public record Fenced(Object event, Fence fence, ServerId server, String incarnation) {
  FenceStamp stamp() {
    return new FenceStamp(fence, server, incarnation);
  }
}
