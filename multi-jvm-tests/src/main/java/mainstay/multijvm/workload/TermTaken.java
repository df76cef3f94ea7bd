package mainstay.multijvm.workload;

/**
 * A row of {@code service_term_history}.
 *
 * @param takenAt wall-clock time of the database in ISO-8601; for people, order comes from the term
 * @param transaction number of the transaction that raised the term in this database; a later one has a higher number
 */
public record TermTaken(
    String database,
    String service,
    long term,
    String server,
    String incarnation,
    String why,
    String takenAt,
    long transaction)
    implements Entry {}
