package mainstay.persistence.databases.core;

/** What the five letters of an SQLState say about a write that failed. */
public enum SqlFailure {
  /** Another session has stored a row of this key; nothing was stored by this transaction. */
  DUPLICATE,
  /** The database has rolled the transaction back because of waiting: nothing was stored. */
  TIMED_OUT,
  /** The session is lost: whether a commit was carried out is unknown. */
  DISCONNECTED,
  /** The database cannot do its work: disk full, read-only, corrupt. Nothing was stored. */
  DAMAGED,
  /** The database refused the statement: nothing was stored. */
  REFUSED;

  /** @param sqlState may be null, as some drivers leave it */
  public static SqlFailure of(String sqlState) {
    if (sqlState == null
        || sqlState.startsWith("08")
        || sqlState.startsWith("57P")
        || sqlState.startsWith("58")
        || sqlState.startsWith("25P")) {
      return DISCONNECTED;
    }
    if (sqlState.startsWith("53") || sqlState.startsWith("XX") || sqlState.equals("25006")) {
      return DAMAGED;
    }
    return switch (sqlState) {
      case "23505" -> DUPLICATE;
      case "55P03", "57014", "40001", "40P01" -> TIMED_OUT;
      default -> REFUSED;
    };
  }
}
