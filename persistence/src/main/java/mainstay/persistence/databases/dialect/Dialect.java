package mainstay.persistence.databases.dialect;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import mainstay.persistence.databases.ConnectionLimits;
import mainstay.persistence.databases.SessionName;
import mainstay.persistence.databases.core.SqlFailure;
import mainstay.persistence.journal.core.StreamEnd;
import mainstay.persistence.resync.ContentSql;
import mainstay.persistence.samples.core.SampleRow;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.Fence;
import mainstay.protocol.model.ServiceName;

/**
 * All that one vendor says in another way than the others. Without state; sessions are in autocommit mode where nothing
 * else is said. A jar on the class path brings another vendor as a provider of this service ({@link Vendors}); nothing else
 * has to know of it.
 *
 * <p>What is written behind the fence ({@link #storeEvents}, {@link #storeSamples}, {@link #write}) is one transaction and
 * travels as one message: a server that is paused or cut off after sending it leaves no open transaction behind, and none
 * is open while it is not. The message
 *
 * <ol>
 *   <li>takes the lock of the epoch, shared, and fails with
 *       {@link mainstay.persistence.databases.EpochChangedException} if the database stands in another one;
 *   <li>takes the locks of the services, shared, in one order everywhere, and reads their terms after that;
 *   <li>stores what claims one of these terms, or none;
 *   <li>commits.
 * </ol>
 *
 * <p>Whoever raises a term holds the lock of its service alone ({@link #lockTerm}), so it has waited for all writes that
 * saw the old term, and all that begin later see the new one. The epoch likewise ({@link #holdWrites}).
 */
public interface Dialect {
  /** @throws IllegalArgumentException that names the known vendors, if this is none of them */
  static Dialect of(String vendor) {
    return Vendors.known().dialect(vendor);
  }

  /** By the address to which the session leads. */
  static Dialect of(Connection session) throws SQLException {
    return of(session.getMetaData().getURL().split(":", 3)[1]);
  }

  // ---- addresses

  /** As in {@code mainstay.databases}, and behind {@code jdbc:} in each address. */
  String vendor();

  /** What an address of this vendor looks like, for who has written another one. */
  default String addressForm() {
    return "jdbc:" + vendor() + "://HOST:PORT/DATABASE";
  }

  /** Whether it has that form. */
  default boolean isAddress(String url) {
    return url.matches("jdbc:" + vendor() + "://[^/?]+/[^/?]+(\\?.*)?");
  }

  // ---- sessions

  /** Properties of the driver, but for user and password. */
  Properties login(ConnectionLimits limits, SessionName name, Duration answerLimit);

  /**
   * What a new session needs before it is used: its limits and its name.
   *
   * @throws NotDurableException if this database does not promise to keep what it acknowledges
   */
  void begin(Connection session, ConnectionLimits limits, SessionName name) throws SQLException;

  /** From now on each statement of this session is limited so. */
  void limitStatements(Connection session, Duration limit) throws SQLException;

  /** Ends the sessions of this name, and does not wait until they have ended. */
  void endSessions(Connection session, SessionName theirs) throws SQLException;

  SqlFailure failure(SQLException e);

  // ---- behind the fence

  /**
   * Stores the events whose term is current, and those that claim none.
   *
   * @param stampSerializer Akka's number of the serializer for texts
   * @return who holds the terms that the events claim
   */
  Map<ServiceName, Activation> storeEvents(
      Connection session, long epoch, List<EventRow> events, int stampSerializer)
      throws SQLException;

  /**
   * Stores the samples if the term is current; those that are there stay as they are.
   *
   * @param newSeries names of series that may not be there yet
   * @return who holds the term
   */
  Map<ServiceName, Activation> storeSamples(
      Connection session, long epoch, Fence fence, List<String> newSeries, List<SampleRow> samples)
      throws SQLException;

  /** One statement that claims no term. */
  void write(Connection session, long epoch, String statement, Parameters parameters)
      throws SQLException;

  // ---- against those who write; in a transaction

  /** The lock of the epoch, shared, and that of the service, alone, until the end of the transaction. */
  void lockTerm(Connection session, ServiceName service, Duration limit) throws SQLException;

  /**
   * The lock of the epoch, alone, until the end of the transaction.
   *
   * @param limit for this and, until {@link #restoreLimits}, for each statement and each wait that follows
   */
  void holdWrites(Connection session, Duration limit) throws SQLException;

  /**
   * Statements as one transaction that holds the lock of the epoch alone; one message, so that a server that is paused
   * after sending it leaves no lock behind.
   *
   * @param statements end with a semicolon each
   */
  void changeAlone(Connection session, String statements, Parameters parameters)
      throws SQLException;

  /** After the end of a transaction that held back writes. */
  void restoreLimits(Connection session, ConnectionLimits limits) throws SQLException;

  // ---- reading many streams

  /** The end of each stream. */
  Map<String, StreamEnd> ends(Connection session, List<String> streams) throws SQLException;

  /** Takes a row, and says whether to go on. */
  @FunctionalInterface
  interface Reader {
    boolean take(ResultSet row) throws SQLException;
  }

  /**
   * The events after given ones, all as of one moment, in a transaction that has not read yet. Columns: persistence_id,
   * sequence_number, meta_payload, event_ser_id, event_ser_manifest, event_payload.
   */
  void readAfter(
      Connection session, Map<String, Long> after, int limit, int fetchSize, Reader reader)
      throws SQLException;

  // ---- pieces of statements

  /** After the values of an insert: does nothing if there is a row of this key. */
  String orNothing(String keyColumn);

  /** After the values of an insert: gives a row of this key the new values. */
  String orUpdate(String keyColumns, List<String> columns);

  /** The clock of the database. */
  String now();

  /** The clock of the database, later by a parameter in milliseconds. */
  String nowPlusMillis();

  /** Whole part of a quotient of two whole numbers that are not negative. */
  String quotient(String dividend, String divisor);

  // ---- content

  /** Compares and copies the content on one session: it may remember what it was told there. */
  ContentSql content();

  // ---- tables

  /** Where the scripts of the tables lie, in the class path of the dialect. */
  String scripts();

  /** The first version for which there is a script. */
  int firstVersion();

  /** Makes the table that tells the version. */
  String versionTable(String product);

  /** Query with the parameter: name of a table. */
  String hasTable();

  /** Query with the parameters: names of a table and of a column. */
  String hasColumn();

  /** One server at a time changes tables. The session is in a transaction. */
  void lockTables(Connection session) throws SQLException;

  /** Whoever locks them next sees what was done. */
  void unlockTables(Connection session) throws SQLException;
}
