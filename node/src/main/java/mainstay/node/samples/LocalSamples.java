package mainstay.node.samples;

import akka.actor.typed.ActorRef;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import mainstay.protocol.message.CborSerializable;
import mainstay.protocol.model.Sample;
import mainstay.protocol.model.SampleBucket;

/** Protocol of whoever reads a server's local database for the other servers. */
final class LocalSamples {
  /** Below {@code /user} on every server. */
  static final String NAME = "local-samples";

  /** Samples or steps of one answer at most, so that it fits into one message. */
  static final int PAGE = 1_000;

  private LocalSamples() {}

  interface Message {}

  sealed interface Query extends Message, CborSerializable permits Latest, Range, Steps {
    ActorRef<Answer> replyTo();
  }

  record Latest(String series, ActorRef<Answer> replyTo) implements Query {}

  /** @param limit at most {@value #PAGE} */
  record Range(String series, Instant from, Instant to, int limit, ActorRef<Answer> replyTo)
      implements Query {}

  /** At most {@value #PAGE} steps. */
  record Steps(String series, Instant from, Instant to, Duration step, ActorRef<Answer> replyTo)
      implements Query {}

  sealed interface Answer extends CborSerializable permits Samples, Buckets, Failed {}

  record Samples(List<Sample> samples) implements Answer {}

  record Buckets(List<SampleBucket> buckets) implements Answer {}

  record Failed(String why) implements Answer {}
}
