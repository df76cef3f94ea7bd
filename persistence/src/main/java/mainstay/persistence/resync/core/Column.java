package mainstay.persistence.resync.core;

/** A column whose content is the same in all databases. */
public record Column(String name, Kind kind) {
  /** What a column holds; fixes its text in {@link RowText}. */
  public enum Kind {
    TEXT,
    LONG,
    INT,
    SHORT,
    BOOL,
    DOUBLE,
    BYTES,
    /** With microseconds. */
    TIME
  }
}
