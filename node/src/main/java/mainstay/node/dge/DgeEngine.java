package mainstay.node.dge;

import akka.Done;
import akka.actor.typed.ActorRef;
import java.util.List;
import java.util.Optional;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.PerformanceDatabase;
import mainstay.protocol.model.TestDefinition;

/** Protocol of a data gathering engine. Local to one server. */
public final class DgeEngine {
  private DgeEngine() {}

  /** All that the engine receives, timers and results of polls and writes too. */
  public interface Message {}

  public sealed interface Command extends Message {}

  /**
   * Everything this identity has to gather; replaces what was there. An older version than the running one changes
   * nothing.
   *
   * @param performanceDatabase where all samples go that are not written yet
   * @param replyTo told the version that the engine runs after this message
   */
  public record ApplyConfiguration(
      long version,
      List<Device> devices,
      List<TestDefinition> tests,
      PerformanceDatabase performanceDatabase,
      ActorRef<ConfigurationRunning> replyTo)
      implements Command {
    public ApplyConfiguration {
      devices = List.copyOf(devices);
      tests = List.copyOf(tests);
    }
  }

  public record ConfigurationRunning(long version) {}

  /**
   * Starts no more polls, waits for those that run, writes what is buffered, and ends; each within a limit.
   *
   * @param replyTo told when the engine has ended
   */
  public record Stop(ActorRef<Done> replyTo) implements Command {}

  /** What the engine tells its listener. */
  public sealed interface Event {}

  /**
   * The store refused the term: somebody else runs this identity. The engine has ended.
   *
   * @param unwritten samples that were lost with it
   */
  public record Fenced(Activation activation, int unwritten) implements Event {}

  /**
   * The engine at one moment, told regularly and once more at its end. Totals count from the start of the engine.
   *
   * @param configurationVersion 0 before the first configuration
   * @param tests that are polled
   * @param running polls that run
   * @param waiting polls that are due and wait for their device, or because too many run
   * @param polls that ended, failed ones included
   * @param missed polls that were due and gave no sample
   * @param failed polls that gave a sample without value
   * @param pollFailure which poll failed last, and why; empty if none ever did
   * @param written samples that were stored
   * @param buffered samples that wait for the store
   * @param dropped samples that were given up, because the store did not take them for too long
   * @param writeFailure why the last write failed; empty if it succeeded
   */
  public record Statistics(
      Activation activation,
      long configurationVersion,
      int tests,
      int running,
      int waiting,
      long polls,
      long missed,
      long failed,
      Optional<String> pollFailure,
      long written,
      int buffered,
      long dropped,
      Optional<String> writeFailure)
      implements Event {}
}
