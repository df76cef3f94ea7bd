package mainstay.node.dge;

import java.util.List;
import java.util.concurrent.CompletionStage;
import mainstay.protocol.model.Fence;
import mainstay.protocol.model.Sample;

/** Where samples are stored. */
@FunctionalInterface
public interface SampleSink {
  /**
   * Stores samples if the term is current. Storing the same series and time again changes nothing, so a write whose
   * outcome is unknown is simply repeated.
   *
   * @return completes when they are stored; fails if that is refused, impossible or unknown
   */
  CompletionStage<Void> write(Fence fence, List<Sample> batch);
}
