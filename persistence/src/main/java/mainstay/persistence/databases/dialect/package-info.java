/**
 * What differs between the vendors of databases. Nothing outside of this package asks which vendor a database is of: all
 * that is said to one in its own way is behind its {@link mainstay.persistence.databases.dialect.Dialect}, and
 * {@link mainstay.persistence.databases.dialect.Vendors} knows whose there are.
 */
package mainstay.persistence.databases.dialect;
