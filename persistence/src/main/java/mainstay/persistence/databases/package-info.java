/**
 * The databases as this server reaches them: settings, sessions, limits. {@link mainstay.persistence.databases.Databases}
 * belongs to the actor system because Akka builds journal, snapshot store and lease by reflection. Every piece of work
 * runs on a bounded executor, is limited in time, and fails with a
 * {@link mainstay.persistence.databases.DatabaseUnavailableException} that tells <em>not done</em> from <em>unknown</em>.
 * What has to be done on all databases that count goes through {@link mainstay.persistence.databases.Replicator}; which
 * ones these are is decided elsewhere and adopted here.
 */
package mainstay.persistence.databases;
