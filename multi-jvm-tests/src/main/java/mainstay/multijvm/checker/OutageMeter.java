package mainstay.multijvm.checker;

import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import mainstay.multijvm.workload.History;
import mainstay.multijvm.workload.Operation;

/** I12: how long nobody got an acknowledgement of a write around a moment. */
public final class OutageMeter {

  /**
   * The longest time between two acknowledgements.
   *
   * @param from {@code DriverClock} nanoseconds of the acknowledgement before
   * @param to of the one after
   */
  public record Outage(long from, long to) {
    public double millis() {
      return (to - from) / 1e6;
    }
  }

  private OutageMeter() {}

  /**
   * The longest time between two acknowledgements next to each other of which some part lies between the moment and
   * {@code window} after it.
   *
   * @param moment {@code DriverClock} nanoseconds just before the fault
   * @return empty if there is no acknowledgement before the moment, or none after it within the window: then it is not an
   *     outage of some length but the end of service, or no service to begin with
   */
  public static Optional<Outage> around(History history, long moment, Duration window) {
    var acknowledged = history.operations().stream()
        .filter(Operation::acknowledgedWrite)
        .mapToLong(Operation::end)
        .sorted()
        .toArray();
    long limit = moment + window.toNanos();
    Outage longest = null;
    boolean servedAfter = false;
    for (int i = 1; i < acknowledged.length; i++) {
      long from = acknowledged[i - 1];
      long to = acknowledged[i];
      if (to <= moment || from >= limit) {
        continue;
      }
      servedAfter |= to <= limit;
      if (longest == null || to - from > longest.to() - longest.from()) {
        longest = new Outage(from, to);
      }
    }
    return servedAfter ? Optional.of(longest) : Optional.empty();
  }

  /**
   * The longest time between the last acknowledgement in one term and the first in the next, of moves after a moment.
   * Unlike {@link #around} it takes no pause for a move's that has another cause.
   *
   * @return empty if no move came after the moment
   */
  public static Optional<Outage> ofMoves(History history, long moment) {
    var acknowledged = history.operations().stream()
        .filter(Operation::acknowledgedWrite)
        .sorted(Comparator.comparingLong(Operation::end))
        .toList();
    Outage longest = null;
    for (int i = 1; i < acknowledged.size(); i++) {
      var before = acknowledged.get(i - 1);
      var after = acknowledged.get(i);
      var pause = new Outage(before.end(), after.end());
      if (after.end() > moment
          && after.term() > before.term()
          && (longest == null || pause.millis() > longest.millis())) {
        longest = pause;
      }
    }
    return Optional.ofNullable(longest);
  }
}
