package mainstay.node.supervisor;

import com.typesafe.config.Config;
import mainstay.node.supervisor.core.DrillCourse;

/**
 * Section {@code mainstay.drill}.
 *
 * @param crashAllowed whether a drill may let the process of this server die
 */
public record DrillSettings(boolean crashAllowed, DrillCourse.Limits limits) {
  public static DrillSettings from(Config config) {
    var section = config.getConfig("mainstay.drill");
    return new DrillSettings(
        section.getBoolean("crash-allowed"),
        new DrillCourse.Limits(
            section.getDuration("takeover-within"), section.getDuration("return-within")));
  }
}
