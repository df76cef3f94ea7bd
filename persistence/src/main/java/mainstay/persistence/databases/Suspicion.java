package mainstay.persistence.databases;

/**
 * Work failed on a database, or takes too long there, so that it may be down.
 *
 * @param epoch of the set for which the work was done
 * @param why one sentence
 */
public record Suspicion(String database, long epoch, String why) {}
