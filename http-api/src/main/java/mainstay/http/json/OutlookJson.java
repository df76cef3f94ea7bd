package mainstay.http.json;

import java.util.List;
import java.util.Optional;
import mainstay.protocol.message.TakeoverOutlook;
import mainstay.protocol.model.ServerId;

/** The answer of {@code POST /what-if}. */
public record OutlookJson(
    String reportedBy, List<String> down, List<Fate> services, List<String> limits) {

  /**
   * @param active who serves now, null if nobody does
   * @param then who would serve, null if nobody would
   */
  public record Fate(String service, Optional<String> active, Optional<String> then, String why) {}

  public static OutlookJson of(TakeoverOutlook outlook) {
    return new OutlookJson(
        outlook.reportedBy().value(),
        outlook.down().stream().map(ServerId::value).toList(),
        outlook.services().stream()
            .map(fate -> new Fate(
                fate.service().value(),
                fate.active().map(ServerId::value),
                fate.then().map(ServerId::value),
                fate.why()))
            .toList(),
        outlook.limits());
  }
}
