package mainstay.persistence.databases;

/** A database did not do what it was asked. The message names operation, database and limit. */
public final class DatabaseUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What is true of the work after the failure. */
  public enum Outcome {
    /** Nothing was changed. */
    NOT_DONE,
    /** It may have been carried out: repeat only what is harmless to repeat. */
    UNKNOWN
  }

  private final Outcome outcome;
  private final boolean databaseAtFault;

  public DatabaseUnavailableException(
      Outcome outcome, boolean databaseAtFault, String message, Throwable cause) {
    super(message, cause);
    this.outcome = outcome;
    this.databaseAtFault = databaseAtFault;
  }

  /** The database is at fault. */
  public DatabaseUnavailableException(Outcome outcome, String message, Throwable cause) {
    this(outcome, true, message, cause);
  }

  public Outcome outcome() {
    return outcome;
  }

  /** Whether any other work would fail there too: not reachable, too slow, damaged. False if this work was refused. */
  public boolean databaseAtFault() {
    return databaseAtFault;
  }
}
