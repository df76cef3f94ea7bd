package mainstay.node.databases;

import com.typesafe.config.Config;
import java.time.Duration;

/** Section {@code mainstay.coordination}; each key is explained in {@code reference.conf}. */
public record CoordinationSettings(
    Duration probeTimeout,
    Duration roundTimeout,
    Duration resend,
    Duration reportInterval,
    Duration returnProbe,
    Duration holdOff,
    Duration joinTimeout,
    Duration scrubInterval) {
  private static final String KEY = "mainstay.coordination";

  public CoordinationSettings {
    if (resend.compareTo(roundTimeout) >= 0) {
      throw new IllegalArgumentException(KEY + ".resend (" + resend + ") must be shorter than "
          + KEY + ".round-timeout (" + roundTimeout + ")");
    }
  }

  public static CoordinationSettings from(Config config) {
    var section = config.getConfig(KEY);
    return new CoordinationSettings(
        section.getDuration("probe-timeout"),
        section.getDuration("round-timeout"),
        section.getDuration("resend"),
        section.getDuration("report-interval"),
        section.getDuration("return-probe"),
        section.getDuration("hold-off"),
        section.getDuration("join-timeout"),
        section.getDuration("scrub-interval"));
  }
}
