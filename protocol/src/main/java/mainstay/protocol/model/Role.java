package mainstay.protocol.model;

/** What a user may do; each role includes those before it. */
public enum Role {
  /** Reads everything but secrets. */
  VIEWER,
  /** Operational changes: values of points, acknowledgements, notes. */
  OPERATOR,
  /** Configuration of devices, tests and points. */
  ENGINEER,
  /** Server lists, policies, switchovers. */
  ADMIN;

  public boolean includes(Role other) {
    return compareTo(other) >= 0;
  }
}
