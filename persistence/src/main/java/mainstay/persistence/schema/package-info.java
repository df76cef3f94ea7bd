/**
 * The tables: those of Akka Persistence JDBC 5.2.1, unchanged, and our own beside them. Versions are numbered files
 * that the dialect of the vendor names; a released file never changes.
 */
package mainstay.persistence.schema;
