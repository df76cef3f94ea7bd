package mainstay.protocol.model;

import java.util.Optional;

/**
 * A point whose value people set.
 *
 * @param minimum lowest accepted value; empty for no limit
 * @param maximum highest accepted value; empty for no limit
 */
public record ManualPoint(
    String id, String name, String unit, Optional<Double> minimum, Optional<Double> maximum)
    implements ConfigurationObject {
  @Override
  public ObjectKind objectKind() {
    return ObjectKind.POINT;
  }
}
