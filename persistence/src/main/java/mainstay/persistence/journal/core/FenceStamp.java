package mainstay.persistence.journal.core;

import java.util.Optional;
import java.util.regex.Pattern;
import mainstay.protocol.model.Fence;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/**
 * Who stored an event and in which term, as the journal keeps it beside the event: {@code dge/main#7@bravo/1f3c}.
 */
public record FenceStamp(Fence fence, ServerId server, String incarnation) {
  private static final Pattern FORM = Pattern.compile("([^#]+)#(\\d{1,18})@([^/@]+)/(.+)");

  public String text() {
    return fence.service() + "#" + fence.term() + "@" + server + "/" + incarnation;
  }

  /** Empty if the text has another form, as the metadata of other writers may. */
  public static Optional<FenceStamp> parse(String text) {
    var match = FORM.matcher(text);
    if (!match.matches()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new FenceStamp(
          new Fence(new ServiceName(match.group(1)), Long.parseLong(match.group(2))),
          new ServerId(match.group(3)),
          match.group(4)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }
}
