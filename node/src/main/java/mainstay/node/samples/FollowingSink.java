package mainstay.node.samples;

import java.util.List;
import java.util.concurrent.CompletionStage;
import mainstay.node.dge.SampleSink;
import mainstay.protocol.model.Fence;
import mainstay.protocol.model.Sample;

/**
 * The samples of one activation, in databases that do not decide its term: before its first write the term is raised
 * there, so that whoever held an older one writes no more. One write at a time.
 */
final class FollowingSink implements SampleSink {
  private final Raise raise;
  private final SampleSink store;
  private volatile boolean tried;
  private volatile boolean raised;

  /** Repeated until it succeeds. */
  @FunctionalInterface
  interface Raise {
    CompletionStage<Void> raise(boolean endPreviousSessions);
  }

  FollowingSink(Raise raise, SampleSink store) {
    this.raise = raise;
    this.store = store;
  }

  @Override
  public CompletionStage<Void> write(Fence fence, List<Sample> batch) {
    if (raised) {
      return store.write(fence, batch);
    }
    // A predecessor leaves a transaction in doubt rarely, and its sessions may serve other engines.
    boolean endPreviousSessions = tried;
    tried = true;
    return raise.raise(endPreviousSessions).thenCompose(done -> {
      raised = true;
      return store.write(fence, batch);
    });
  }
}
