package mainstay.node.host;

import com.typesafe.config.Config;
import java.time.Clock;
import java.time.Duration;
import mainstay.persistence.term.TermStore;
import mainstay.protocol.model.ServerId;

/** What every host of a server shares. */
public record HostEnvironment(ServerId self, TermStore terms, Clock clock, Settings settings) {

  /**
   * Section {@code mainstay.host}.
   *
   * @param verifyInterval between two attempts to confirm a term after a failed write
   * @param handOverTimeout after which a successor that says nothing has not taken over
   * @param feedInterval between two positions in the feed to standbys
   * @param queuePerEntity requests that wait for one entity; one more is refused as busy
   * @param inFlightPerEntity of them handed to the entity at a time; small, because its stash unwinds recursively
   * @param waitingReads reads that wait for a term check; one more is refused as busy
   */
  public record Settings(
      Duration verifyInterval,
      Duration handOverTimeout,
      Duration feedInterval,
      int queuePerEntity,
      int inFlightPerEntity,
      int waitingReads) {
    public static Settings from(Config config) {
      var section = config.getConfig("mainstay.host");
      return new Settings(
          section.getDuration("verify-interval"),
          section.getDuration("hand-over-timeout"),
          section.getDuration("feed-interval"),
          section.getInt("queue-per-entity"),
          section.getInt("in-flight-per-entity"),
          section.getInt("waiting-reads"));
    }
  }
}
