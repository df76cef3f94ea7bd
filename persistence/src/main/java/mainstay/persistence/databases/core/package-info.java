/** What failures of a database mean, without a database. */
package mainstay.persistence.databases.core;
