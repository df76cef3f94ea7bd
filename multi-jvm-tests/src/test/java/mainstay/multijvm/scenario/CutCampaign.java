package mainstay.multijvm.scenario;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every {@link CutScenario}. Takes minutes, so it is no part of the build: {@code multi-jvm-tests/campaign cuts}. */
class CutCampaign {
  private static final int SHORTEST_MILLIS = 10_000;
  private static final int LONGEST_MILLIS = 15_000;

  @RegisterExtension
  static final Lab LAB = Lab.onHosts();

  static Stream<Arguments> scenarios() {
    return Round.all()
        .flatMap(round ->
            Arrays.stream(CutScenario.values()).map(scenario -> Arguments.of(round, scenario)));
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void whatWasCutHealsByItself(Round round, CutScenario scenario) throws Exception {
    System.out.println(round + ": " + scenario);
    scenario.run(LAB, round.millis(SHORTEST_MILLIS, LONGEST_MILLIS));
  }
}
