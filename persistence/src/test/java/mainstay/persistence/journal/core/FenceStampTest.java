package mainstay.persistence.journal.core;

import static org.assertj.core.api.Assertions.assertThat;

import mainstay.protocol.model.Fence;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FenceStampTest {
  @Test
  void itsTextReadsBack() {
    var stamp =
        new FenceStamp(new Fence(ServiceName.dge("main"), 7), new ServerId("bravo"), "1f3c");

    assertThat(stamp.text()).isEqualTo("dge/main#7@bravo/1f3c");
    assertThat(FenceStamp.parse(stamp.text())).contains(stamp);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "dge/main",
        "dge/main#x@bravo/1",
        "dge/main#1@bravo",
        "Dge#1@bravo/1",
        "a#1@Bravo/1",
        "a#9999999999999999999@b/1"
      })
  void otherTextsAreNoStamp(String text) {
    assertThat(FenceStamp.parse(text)).isEmpty();
  }
}
