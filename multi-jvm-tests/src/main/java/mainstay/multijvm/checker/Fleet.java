package mainstay.multijvm.checker;

import java.util.List;
import mainstay.multijvm.workload.FaultEvent;
import mainstay.multijvm.workload.FaultEvent.Availability;

/** What the driver knows of the server processes: all are up until it does something to them. */
final class Fleet {
  private final List<FaultEvent> events;

  /** @param events by start */
  Fleet(List<FaultEvent> events) {
    this.events = events;
  }

  /** What a server is at a time, by the last thing that was begun before it. */
  Availability at(String server, long nanos) {
    var now = Availability.UP;
    for (var event : events) {
      if (event.server().equals(server) && event.start() <= nanos) {
        now = event.after();
      }
    }
    return now;
  }

  /** Whether the driver was doing something, or had just done it, in a span of time. */
  boolean disturbed(long from, long to) {
    return events.stream().anyMatch(e -> e.start() <= to && e.end() >= from);
  }
}
