package mainstay.node.samples;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import mainstay.protocol.query.SampleQueries;

/** Answers from the local database of this server; the queries run on its threads. */
final class LocalSamplesActor {
  private record Ended(ActorRef<LocalSamples.Answer> replyTo, LocalSamples.Answer answer)
      implements LocalSamples.Message {}

  private final ActorContext<LocalSamples.Message> context;
  private final SampleQueries samples;

  private LocalSamplesActor(ActorContext<LocalSamples.Message> context, SampleQueries samples) {
    this.context = context;
    this.samples = samples;
  }

  /** @param samples empty: this server has no local database, and every answer is a failure that says so */
  static Behavior<LocalSamples.Message> create(Optional<SampleQueries> samples) {
    return Behaviors.setup(context -> samples
        .map(database -> new LocalSamplesActor(context, database).receive())
        .orElseGet(LocalSamplesActor::none));
  }

  private static Behavior<LocalSamples.Message> none() {
    var failed = new LocalSamples.Failed("it has no mainstay.sample-databases.local");
    return Behaviors.receive(LocalSamples.Message.class)
        .onMessage(LocalSamples.Query.class, query -> {
          query.replyTo().tell(failed);
          return Behaviors.same();
        })
        .build();
  }

  private Behavior<LocalSamples.Message> receive() {
    return Behaviors.receive(LocalSamples.Message.class)
        .onMessage(
            LocalSamples.Latest.class,
            query -> answer(
                query,
                samples.latest(query.series()),
                newest -> new LocalSamples.Samples(newest.stream().toList())))
        .onMessage(
            LocalSamples.Range.class,
            query -> answer(
                query,
                samples.range(
                    query.series(),
                    query.from(),
                    query.to(),
                    Math.min(query.limit(), LocalSamples.PAGE)),
                LocalSamples.Samples::new))
        .onMessage(
            LocalSamples.Steps.class,
            query -> answer(
                query,
                samples.buckets(query.series(), query.from(), query.to(), query.step()),
                LocalSamples.Buckets::new))
        .onMessage(Ended.class, ended -> {
          ended.replyTo().tell(ended.answer());
          return Behaviors.same();
        })
        .build();
  }

  private <T> Behavior<LocalSamples.Message> answer(
      LocalSamples.Query query, CompletionStage<T> found, Function<T, LocalSamples.Answer> answer) {
    context.pipeToSelf(
        found,
        (value, failure) -> new Ended(
            query.replyTo(),
            failure == null ? answer.apply(value) : new LocalSamples.Failed(failure.getMessage())));
    return Behaviors.same();
  }
}
