package mainstay.persistence.databases.dialect;

import java.sql.SQLNonTransientConnectionException;

/** A database that may forget what it has acknowledged. It is not written to. */
public final class NotDurableException extends SQLNonTransientConnectionException {
  private static final long serialVersionUID = 1L;

  /** @param settings those that say so, and what they must be */
  public NotDurableException(String settings) {
    super(
        "the database may lose what it has acknowledged, so it is not used: " + settings, "08004");
  }
}
