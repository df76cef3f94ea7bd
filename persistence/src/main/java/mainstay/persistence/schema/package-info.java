/**
 * The tables: those of Akka Persistence JDBC 5.2.1, unchanged, and our own beside them. Versions are numbered files
 * under {@code mainstay/persistence/schema/<vendor>/}; a released file never changes.
 */
package mainstay.persistence.schema;
