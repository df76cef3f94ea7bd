package mainstay.node.databases.core;

import static mainstay.node.databases.core.Databases3.DB1;
import static mainstay.node.databases.core.Databases3.DB2;
import static mainstay.node.databases.core.Databases3.agreed;
import static mainstay.node.databases.core.Databases3.first;
import static mainstay.node.databases.core.Databases3.inactive;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import mainstay.node.databases.core.SuspicionPolicy.Worth;
import mainstay.protocol.model.ActiveSet;
import org.junit.jupiter.api.Test;

class SuspicionPolicyTest {
  private static final ActiveSet TWO = first(DB1, DB2);
  private static final Optional<Agreed> KNOWN = Optional.of(agreed(TWO));
  private static final long NOW = TWO.epoch();

  @Test
  void aWrittenDatabaseIsWorthAnInquiry() {
    assertThat(SuspicionPolicy.of(KNOWN, "db2", NOW, false, false, false))
        .isEqualTo(Worth.ASK_THE_SERVERS);
  }

  @Test
  void whoKnowsLessThanTheSuspectingServerReadsTheSetFirst() {
    assertThat(SuspicionPolicy.of(Optional.empty(), "db2", NOW, false, false, false))
        .isEqualTo(Worth.READ_THE_SET);
    assertThat(SuspicionPolicy.of(KNOWN, "db2", NOW + 1, false, true, true))
        .isEqualTo(Worth.READ_THE_SET);
  }

  @Test
  void whatFailedInAnEndedEpochOrIsOutAlreadyIsWorthNothing() {
    var without = Optional.of(agreed(inactive(TWO, "db2")));
    long later = without.orElseThrow().epoch();

    assertThat(SuspicionPolicy.of(without, "db1", later - 1, false, false, false))
        .isEqualTo(Worth.NOTHING);
    assertThat(SuspicionPolicy.of(without, "db2", later, false, false, false))
        .isEqualTo(Worth.NOTHING);
    assertThat(SuspicionPolicy.of(KNOWN, "db2", NOW, true, false, false)).isEqualTo(Worth.NOTHING);
    assertThat(SuspicionPolicy.of(KNOWN, "nobody", NOW, false, false, false))
        .isEqualTo(Worth.NOTHING);
  }

  @Test
  void anOpenInquiryTakesFurtherSuspectsAndAClosedOneIsNotRepeatedAtOnce() {
    assertThat(SuspicionPolicy.of(KNOWN, "db1", NOW, false, true, true))
        .isEqualTo(Worth.JOIN_THE_INQUIRY);
    assertThat(SuspicionPolicy.of(KNOWN, "db1", NOW, false, false, true)).isEqualTo(Worth.NOTHING);
  }
}
