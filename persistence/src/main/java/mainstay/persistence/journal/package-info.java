/**
 * Journal and snapshot store on the tables of Akka Persistence JDBC, with the fence in every write transaction (ADR
 * 0002). A persistent actor wraps its events by {@link mainstay.persistence.journal.FencingAdapter}; the plugin
 * {@code mainstay.persistence.journal} stores the events themselves and notes the fence beside them. Standby copies read
 * with {@link mainstay.persistence.journal.JournalReader}.
 */
package mainstay.persistence.journal;
