package mainstay.protocol.model;

import java.util.Locale;

/** How a drill takes a service from the server that is active. */
public enum DrillKind {
  /** A planned move. */
  SWITCHOVER,
  /** The process of the active server dies at once, as by signal 9. */
  CRASH;

  /** As users write it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
