package mainstay.node.dge;

import java.util.concurrent.CompletionStage;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.TestDefinition;

/** Looks at devices by one kind of test. Used by all engines of a server at the same time. */
@FunctionalInterface
public interface Poller {
  /**
   * Polls once. Returns at once: what blocks, looking up a host name for example, belongs on threads of the poller.
   * Keeps to the test's timeout and has released all it holds soon after; the engine gives up shortly after the
   * timeout anyway and ignores what comes later.
   *
   * @return the value or why there is none; may also complete with the exception that was in the way
   * @throws IllegalArgumentException if a parameter of the test makes no sense; the message goes into the statistics
   */
  CompletionStage<PollResult> poll(Device device, TestDefinition test);
}
