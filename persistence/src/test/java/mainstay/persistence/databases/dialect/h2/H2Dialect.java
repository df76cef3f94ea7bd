package mainstay.persistence.databases.dialect.h2;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import mainstay.persistence.databases.ConnectionLimits;
import mainstay.persistence.databases.EpochChangedException;
import mainstay.persistence.databases.SessionName;
import mainstay.persistence.databases.SqlWork;
import mainstay.persistence.databases.core.SqlFailure;
import mainstay.persistence.databases.dialect.Dialect;
import mainstay.persistence.databases.dialect.EventRow;
import mainstay.persistence.databases.dialect.Parameters;
import mainstay.persistence.databases.dialect.StreamRows;
import mainstay.persistence.journal.core.StreamEnd;
import mainstay.persistence.resync.ContentSql;
import mainstay.persistence.resync.H2Content;
import mainstay.persistence.samples.core.SampleRow;
import mainstay.persistence.term.TermFence;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.Fence;
import mainstay.protocol.model.ServiceName;
import org.h2.api.ErrorCode;

/**
 * H2 in the memory of this process, for tests that need no server; brought as any other vendor is. Not for an installation:
 * it acknowledges commits that no disk has.
 *
 * <p>Its row locks know no shared mode. So one lock stands for those of the epoch and of all services: that of the row in
 * {@code active_set}, and writes go one after another. A statement sees what was committed when it began; epoch and terms
 * are therefore read by statements that begin when the lock is held.
 */
public final class H2Dialect implements Dialect {
  private static final String LOCK = "select epoch from active_set where id = 1 for update";
  private static final String TERMS =
      "select service, term, server, incarnation from service_term where service in ";
  private static final String INSERT_EVENT =
      "insert into event_journal (deleted, persistence_id, sequence_number, writer, write_timestamp, adapter_manifest, "
          + "event_ser_id, event_ser_manifest, event_payload, meta_ser_id, meta_ser_manifest, meta_payload, chain) "
          + "values (false, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String INSERT_TAG =
      "insert into event_tag (event_id, tag) select ordering, ? from event_journal "
          + "where persistence_id = ? and sequence_number = ?";
  private static final String INSERT_SERIES = "insert into sample_series (id, name) values (?, ?)";
  private static final String INSERT_SAMPLE =
      "insert into sample (series_id, ts_ms, val, quality, check_sum) values (?, ?, ?, ?, ?)";
  private static final String NAME_SESSION =
      "merge into server_session (connection_id, name) key (connection_id) values (session_id(), ?)";
  private static final String END_SESSIONS =
      "select abort_session(connection_id) from server_session where name = ? and connection_id <> session_id()";

  // ---- addresses

  @Override
  public String vendor() {
    return "h2";
  }

  /** In the mode of MySQL, which has an insert that does something else where the row is there already. */
  @Override
  public String addressForm() {
    return "jdbc:h2:mem:DATABASE;MODE=MySQL";
  }

  @Override
  public boolean isAddress(String url) {
    return url.matches("jdbc:h2:mem:\\w+;MODE=MySQL(;.*)?");
  }

  // ---- sessions

  @Override
  public Properties login(ConnectionLimits limits, SessionName name, Duration answerLimit) {
    return new Properties();
  }

  @Override
  public void begin(Connection session, ConnectionLimits limits, SessionName name)
      throws SQLException {
    restoreLimits(session, limits);
    try (var tables = session.prepareStatement(hasTable())) {
      tables.setString(1, "server_session");
      try (var found = tables.executeQuery()) {
        if (!found.next()) {
          return;
        }
      }
    }
    try (var own = session.prepareStatement(NAME_SESSION)) {
      own.setString(1, name.text());
      own.executeUpdate();
    }
  }

  @Override
  public void limitStatements(Connection session, Duration limit) throws SQLException {
    execute(session, "set query_timeout " + limit.toMillis());
  }

  @Override
  public void endSessions(Connection session, SessionName theirs) throws SQLException {
    try (var end = session.prepareStatement(END_SESSIONS)) {
      end.setString(1, theirs.text());
      end.execute();
    }
  }

  @Override
  public SqlFailure failure(SQLException e) {
    return switch (e.getErrorCode()) {
      case ErrorCode.LOCK_TIMEOUT_1, ErrorCode.CONCURRENT_UPDATE_1 -> SqlFailure.TIMED_OUT;
      case ErrorCode.DATABASE_IS_CLOSED,
          ErrorCode.DATABASE_CALLED_AT_SHUTDOWN,
          ErrorCode.DATABASE_NOT_FOUND_WITH_IF_EXISTS_1,
          ErrorCode.DATABASE_IS_IN_EXCLUSIVE_MODE,
          ErrorCode.CONNECTION_BROKEN_1,
          ErrorCode.OBJECT_CLOSED,
          ErrorCode.GENERAL_ERROR_1 -> SqlFailure.DISCONNECTED;
      default -> SqlFailure.of(e.getSQLState());
    };
  }

  // ---- behind the fence

  @FunctionalInterface
  private interface Stores {
    /** @param terms those that are claimed, as they stand */
    void with(Map<ServiceName, Activation> terms) throws SQLException;
  }

  /** @param services whose terms are claimed */
  private static Map<ServiceName, Activation> fenced(
      Connection session, long epoch, Collection<ServiceName> services, Stores stores)
      throws SQLException {
    SqlWork<Map<ServiceName, Activation>> write = c -> {
      try (var lock = c.prepareStatement(LOCK);
          var row = lock.executeQuery()) {
        if (!row.next() || row.getLong(1) != epoch) {
          throw new EpochChangedException(c.getMetaData().getURL(), epoch, null);
        }
      }
      var terms = services.isEmpty() ? Map.<ServiceName, Activation>of() : terms(c, services);
      stores.with(terms);
      return terms;
    };
    return write.inTransaction().on(session);
  }

  private static Map<ServiceName, Activation> terms(
      Connection session, Collection<ServiceName> services) throws SQLException {
    try (var query = session.prepareStatement(TERMS + places(services.size()))) {
      int next = 1;
      for (var service : services) {
        query.setString(next++, service.value());
      }
      try (var rows = query.executeQuery()) {
        return TermFence.activations(rows);
      }
    }
  }

  private static String places(int count) {
    return String.join(", ", Collections.nCopies(count, "?")).transform("(%s)"::formatted);
  }

  @Override
  public Map<ServiceName, Activation> storeEvents(
      Connection session, long epoch, List<EventRow> events, int stampSerializer)
      throws SQLException {
    var services = events.stream()
        .flatMap(event -> event.stamp().stream())
        .map(stamp -> stamp.fence().service())
        .collect(Collectors.toSet());
    return fenced(session, epoch, services, terms -> {
      try (var insert = session.prepareStatement(INSERT_EVENT);
          var tagged = session.prepareStatement(INSERT_TAG)) {
        for (var event : events) {
          if (event
              .stamp()
              .filter(stamp -> !TermFence.isCurrent(stamp.fence(), terms))
              .isEmpty()) {
            insert(event, stampSerializer, insert, tagged);
          }
        }
      }
    });
  }

  private static void insert(
      EventRow event, int stampSerializer, PreparedStatement insert, PreparedStatement tagged)
      throws SQLException {
    boolean stamped = event.stamp().isPresent();
    int next = 1;
    insert.setString(next++, event.persistenceId());
    insert.setLong(next++, event.sequence());
    insert.setString(next++, event.writer());
    insert.setLong(next++, event.timestamp());
    insert.setString(next++, event.adapterManifest());
    insert.setInt(next++, event.serializerId());
    insert.setString(next++, event.manifest());
    insert.setBytes(next++, event.payload());
    insert.setObject(next++, stamped ? stampSerializer : null);
    insert.setString(next++, stamped ? "" : null);
    insert.setBytes(
        next++,
        event
            .stamp()
            .map(stamp -> stamp.text().getBytes(StandardCharsets.UTF_8))
            .orElse(null));
    insert.setBytes(next, event.chain());
    insert.executeUpdate();
    for (var tag : event.tags()) {
      tagged.setString(1, tag);
      tagged.setString(2, event.persistenceId());
      tagged.setLong(3, event.sequence());
      tagged.executeUpdate();
    }
  }

  @Override
  public Map<ServiceName, Activation> storeSamples(
      Connection session, long epoch, Fence fence, List<String> newSeries, List<SampleRow> samples)
      throws SQLException {
    return fenced(session, epoch, List.of(fence.service()), terms -> {
      if (TermFence.isCurrent(fence, terms)) {
        insert(session, newSeries, samples);
      }
    });
  }

  private void insert(Connection session, List<String> newSeries, List<SampleRow> samples)
      throws SQLException {
    try (var series = session.prepareStatement(INSERT_SERIES + orNothing("id"));
        var sample = session.prepareStatement(INSERT_SAMPLE + orNothing("series_id"))) {
      for (var name : newSeries) {
        series.setLong(1, SampleRow.seriesId(name));
        series.setString(2, name);
        series.executeUpdate();
      }
      for (var row : samples) {
        sample.setLong(1, row.series());
        sample.setLong(2, row.timeMillis());
        sample.setObject(3, row.value());
        sample.setShort(4, row.quality());
        sample.setInt(5, row.checkSum());
        sample.addBatch();
      }
      sample.executeBatch();
    }
  }

  @Override
  public void write(Connection session, long epoch, String statement, Parameters parameters)
      throws SQLException {
    fenced(session, epoch, List.of(), terms -> execute(session, statement, parameters));
  }

  // ---- against those who write

  @Override
  public void lockTerm(Connection session, ServiceName service, Duration limit)
      throws SQLException {
    execute(session, LOCK + " wait " + limit.toMillis() / 1000.0);
  }

  @Override
  public void holdWrites(Connection session, Duration limit) throws SQLException {
    limit(session, limit, limit);
    execute(session, LOCK);
  }

  @Override
  public void changeAlone(Connection session, String statements, Parameters parameters)
      throws SQLException {
    SqlWork<Void> change = c -> {
      execute(c, LOCK);
      execute(c, statements, parameters);
      return null;
    };
    change.inTransaction().on(session);
  }

  @Override
  public void restoreLimits(Connection session, ConnectionLimits limits) throws SQLException {
    limit(session, limits.lockTimeout(), limits.statementTimeout());
  }

  private static void limit(Connection session, Duration lock, Duration statement)
      throws SQLException {
    execute(session, "set lock_timeout " + lock.toMillis());
    execute(session, "set query_timeout " + statement.toMillis());
  }

  // ---- reading many streams

  @Override
  public Map<String, StreamEnd> ends(Connection session, List<String> streams) throws SQLException {
    if (streams.isEmpty()) {
      return Map.of();
    }
    try (var query = session.prepareStatement("select persistence_id, sequence_number, chain "
        + "from event_journal where (persistence_id, sequence_number) in ("
        + "select persistence_id, max(sequence_number) from event_journal where persistence_id in "
        + places(streams.size()) + " group by persistence_id)")) {
      int next = 1;
      for (var stream : streams) {
        query.setString(next++, stream);
      }
      try (var row = query.executeQuery()) {
        return StreamRows.ends(row, streams);
      }
    }
  }

  @Override
  public void readAfter(
      Connection session, Map<String, Long> after, int limit, int fetchSize, Reader reader)
      throws SQLException {
    if (after.isEmpty()) {
      return;
    }
    var known = String.join(
        " or ", Collections.nCopies(after.size(), "persistence_id = ? and sequence_number > ?"));
    try (var query = session.prepareStatement("select persistence_id, sequence_number, "
        + "meta_payload, event_ser_id, event_ser_manifest, event_payload from event_journal "
        + "where not deleted and (" + known
        + ") order by persistence_id, sequence_number limit ?")) {
      int next = 1;
      for (var stream : after.entrySet()) {
        query.setString(next++, stream.getKey());
        query.setLong(next++, stream.getValue());
      }
      query.setInt(next, limit);
      try (var row = query.executeQuery()) {
        boolean more = true;
        while (more && row.next()) {
          more = reader.take(row);
        }
      }
    }
  }

  // ---- pieces of statements

  @Override
  public String orNothing(String keyColumn) {
    return " on duplicate key update " + keyColumn + " = " + keyColumn;
  }

  @Override
  public String orUpdate(String keyColumns, List<String> columns) {
    return " on duplicate key update "
        + columns.stream()
            .map(column -> column + " = values(" + column + ")")
            .collect(Collectors.joining(", "));
  }

  /** Of the statement, which is when it began. */
  @Override
  public String now() {
    return "current_timestamp(6)";
  }

  @Override
  public String nowPlusMillis() {
    return "dateadd(millisecond, ?, " + now() + ")";
  }

  @Override
  public String quotient(String dividend, String divisor) {
    return dividend + " / " + divisor;
  }

  // ---- content

  @Override
  public ContentSql content() {
    return new H2Content();
  }

  // ---- tables

  @Override
  public String scripts() {
    return "/mainstay/persistence/schema/h2/";
  }

  @Override
  public int firstVersion() {
    return 2;
  }

  /** Each change of a table is committed at once, so the table begins with a version 0 that says whose it is. */
  @Override
  public String versionTable(String product) {
    return "create table schema_version (product varchar(31) not null, version integer primary key, "
        + "applied_at timestamp with time zone default current_timestamp not null) as select '"
        + product + "', 0, current_timestamp";
  }

  @Override
  public String hasTable() {
    return "select 1 from information_schema.tables where table_schema = current_schema and table_name = upper(?)";
  }

  @Override
  public String hasColumn() {
    return "select 1 from information_schema.columns where table_schema = current_schema "
        + "and table_name = upper(?) and column_name = upper(?)";
  }

  /** Sessions that are open wait, and nobody gets a new one. */
  @Override
  public void lockTables(Connection session) throws SQLException {
    execute(session, "set exclusive 1");
  }

  @Override
  public void unlockTables(Connection session) throws SQLException {
    session.commit();
    execute(session, "set exclusive 0");
  }

  private static void execute(Connection session, String statement) throws SQLException {
    execute(session, statement, (all, first) -> {});
  }

  private static void execute(Connection session, String statement, Parameters parameters)
      throws SQLException {
    try (var all = session.prepareStatement(statement)) {
      parameters.set(all, 1);
      all.execute();
    }
  }
}
