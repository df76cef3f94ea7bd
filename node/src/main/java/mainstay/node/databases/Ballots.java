package mainstay.node.databases;

import java.util.concurrent.atomic.AtomicLong;
import mainstay.node.databases.core.Ballot;
import mainstay.protocol.model.ServerId;

/** Numbers of this run's attempts; each is given out once. */
final class Ballots {
  private final ServerId self;
  private final String run;
  private final AtomicLong counter = new AtomicLong();

  Ballots(ServerId self, String run) {
    this.self = self;
    this.run = run;
  }

  Ballot next() {
    return new Ballot(counter.incrementAndGet(), self, run);
  }

  /** The next one is higher than this. */
  void seen(Ballot other) {
    counter.accumulateAndGet(other.counter(), Math::max);
  }
}
