/** What the journal notes beside an event, without a database. */
package mainstay.persistence.journal.core;
