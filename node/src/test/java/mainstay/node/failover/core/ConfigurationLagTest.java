package mainstay.node.failover.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import mainstay.node.failover.core.ConfigurationLag.Lag;
import mainstay.protocol.message.FailoverAgent.Report;
import mainstay.protocol.model.Fitness;
import mainstay.protocol.model.ServerId;
import org.junit.jupiter.api.Test;

class ConfigurationLagTest {
  private static final ServerId BRAVO = new ServerId("bravo");

  private final ConfigurationLag lag = new ConfigurationLag();

  @Test
  void itCountsFromTheFirstLookAtWhichAVersionWasMissing() {
    looked(7, 7, 0);
    assertThat(lag.of(BRAVO, 0)).isEmpty();

    looked(8, 7, 1);
    looked(9, 7, 4);

    assertThat(lag.of(BRAVO, 6)).contains(new Lag(8, Duration.ofNanos(5)));

    looked(9, 9, 7);
    assertThat(lag.of(BRAVO, 7)).isEmpty();
  }

  @Test
  void whoGetsOneChangeWhenTheNextIsMadeLacksNoneForLong() {
    for (int look = 1; look < 100; look++) {
      looked(look, look - 1, look);
    }

    assertThat(lag.of(BRAVO, 100)).contains(new Lag(99, Duration.ofNanos(1)));
  }

  @Test
  void nothingChangesWhileNobodyIsActive() {
    looked(8, 7, 0);

    lag.looked(Optional.empty(), List.of(report(7)), 5);

    assertThat(lag.of(BRAVO, 6)).contains(new Lag(8, Duration.ofNanos(6)));
  }

  @Test
  void whoIsNotThereBeginsAnewWhenItReturns() {
    looked(8, 7, 0);
    lag.looked(Optional.of(8L), List.of(), 5);
    assertThat(lag.of(BRAVO, 5)).isEmpty();

    looked(8, 7, 6);

    assertThat(lag.of(BRAVO, 8)).contains(new Lag(8, Duration.ofNanos(2)));
  }

  private void looked(long newest, long version, long now) {
    lag.looked(Optional.of(newest), List.of(report(version)), now);
  }

  private static Report report(long version) {
    return Reports.with(Reports.server(BRAVO, "1", Fitness.FIT), version);
  }
}
