/** What a stored sample consists of, without a database. */
package mainstay.persistence.samples.core;
