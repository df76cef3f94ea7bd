/**
 * The right of one side to survive a cut, kept in the databases. {@link mainstay.persistence.lease.JdbcLease} is Akka's
 * {@code Lease} for the split brain resolver and for downing after a crash; {@link mainstay.persistence.lease.LeaseHelp} is for a server that does not reach all databases.
 */
package mainstay.persistence.lease;
