package mainstay.multijvm.workload;

/**
 * Who wrote one stored event: a row of the journal without its payload.
 *
 * @param transaction number of the transaction that stored the row in this database; a later one has a higher number
 */
public record JournalRow(
    String database,
    String persistenceId,
    long sequence,
    String service,
    long term,
    String server,
    String incarnation,
    long transaction)
    implements Entry {

  /**
   * @param writer text that each event carries, {@code service#term@server/incarnation}
   * @throws IllegalArgumentException if the text has another form
   */
  public static JournalRow parse(
      String database, String persistenceId, long sequence, String writer, long transaction) {
    int hash = writer.indexOf('#');
    int at = writer.indexOf('@', hash + 1);
    int slash = writer.indexOf('/', at + 1);
    if (hash < 1 || at < 0 || slash < 0) {
      throw new IllegalArgumentException("event " + sequence + " of " + persistenceId + " in "
          + database + " names its writer as \"" + writer
          + "\", expected service#term@server/incarnation");
    }
    return new JournalRow(
        database,
        persistenceId,
        sequence,
        writer.substring(0, hash),
        Long.parseLong(writer.substring(hash + 1, at)),
        writer.substring(at + 1, slash),
        writer.substring(slash + 1),
        transaction);
  }
}
