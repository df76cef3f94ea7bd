/** What differs between the vendors of databases. Nothing outside of this package asks which vendor a database is of. */
package mainstay.persistence.databases.dialect;
