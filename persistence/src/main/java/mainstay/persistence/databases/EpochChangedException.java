package mainstay.persistence.databases;

/** A database knows a newer set of databases than the one that this work was done for. Nothing of it was stored there. */
public final class EpochChangedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public EpochChangedException(String database, long claimed, Throwable cause) {
    super(
        "database " + database + " does not stand in epoch " + claimed
            + " of the set of databases any more",
        cause);
  }
}
