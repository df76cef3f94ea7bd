package mainstay.multijvm.workload;

import java.util.List;
import java.util.Optional;

/**
 * What one server said of one service: the role log.
 *
 * @param start {@link DriverClock} nanoseconds before the question
 * @param end after the answer
 * @param asked server that was asked
 * @param active server that it names, null if none
 * @param policy failback policy: automatic, delayed, sticky, manual
 */
public record RoleSample(
    long start,
    long end,
    String asked,
    String service,
    List<String> serverList,
    String policy,
    String active,
    long term,
    String state,
    List<StandbyState> standbys)
    implements Entry {

  /** One standby as the asked server sees it; {@code synchronisationMode} 0 = synchronised. */
  public record StandbyState(String server, int synchronisationMode, long sequence, String hash) {}

  public Optional<StandbyState> standby(String server) {
    return standbys.stream().filter(s -> s.server().equals(server)).findFirst();
  }
}
