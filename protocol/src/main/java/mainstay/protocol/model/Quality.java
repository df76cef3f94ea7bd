package mainstay.protocol.model;

/** How far a value can be trusted. */
public enum Quality {
  GOOD,
  /** The poll failed; there is no value. */
  BAD,
  /** Nobody has set a value yet. */
  UNSET
}
