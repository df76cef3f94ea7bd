package mainstay.persistence.databases.dialect;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import mainstay.persistence.databases.ConnectionLimits;
import mainstay.persistence.databases.EpochChangedException;
import mainstay.persistence.databases.SessionName;
import mainstay.persistence.databases.core.SqlFailure;
import mainstay.persistence.journal.core.StreamEnd;
import mainstay.persistence.resync.ContentSql;
import mainstay.persistence.resync.MariaDbContent;
import mainstay.persistence.samples.core.SampleRow;
import mainstay.persistence.term.TermFence;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.DatabaseAddress;
import mainstay.protocol.model.Fence;
import mainstay.protocol.model.ServiceName;

/**
 * MariaDB 10.6 and later, tables in InnoDB. The locks of epoch and services are those of their rows in {@code active_set}
 * and {@code service_term}: {@code lock in share mode} shared, {@code for update} alone. All transactions are READ
 * COMMITTED.
 *
 * <p>Lock and check are one statement here: a locking read of InnoDB sees the newest committed row, not what was committed
 * when it began, and holds the lock on just this row until the commit. So a write that has read term 7 makes whoever
 * raises it to 8 wait, and one that comes later waits for the raise and reads 8. A locking read queues behind one that
 * waits already, so those who write cannot starve the one who raises. A service that never had a term has no row to lock:
 * nothing is stored for it, whatever happens later in the transaction, for all decisions rest on the one read.
 *
 * <p>A transaction is one compound statement, hence one message. Its handler rolls back inside the database what fails,
 * before the server that sent it has heard of the failure.
 */
public final class MariaDbDialect implements Dialect {
  private static final String EPOCH_IS_OVER = "45E01";
  private static final int UNKNOWN_THREAD = 1094;
  private static final int TABLES_LIMIT_SECONDS = 30;

  private static final String INSERT_EVENTS =
      "insert into event_journal (deleted, persistence_id, sequence_number, writer, write_timestamp, adapter_manifest, "
          + "event_ser_id, event_ser_manifest, event_payload, meta_ser_id, meta_ser_manifest, meta_payload, chain) values ";
  private static final String EVENT = "(false, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
  private static final String INSERT_TAG =
      "insert into event_tag (event_id, tag) select ordering, ? from event_journal "
          + "where persistence_id = ? and sequence_number = ?;\n";
  private static final String AFTER =
      "select persistence_id, sequence_number, meta_payload, event_ser_id, event_ser_manifest, event_payload "
          + "from event_journal where persistence_id = ? and sequence_number > ? and not deleted "
          + "order by sequence_number limit ?";

  MariaDbDialect() {}

  @Override
  public String vendor() {
    return DatabaseAddress.MARIADB;
  }

  // ---- sessions

  @Override
  public Properties login(ConnectionLimits limits, SessionName name, Duration answerLimit) {
    var login = new Properties();
    login.setProperty("connectTimeout", Long.toString(limits.connectTimeout().toMillis()));
    login.setProperty("socketTimeout", Long.toString(answerLimit.toMillis()));
    login.setProperty("tcpKeepAlive", "true");
    // Points in time travel and are kept as UTC, wherever server and database run.
    login.setProperty("connectionTimeZone", "UTC");
    login.setProperty("forceConnectionTimeZoneToSession", "true");
    login.setProperty("preserveInstants", "true");
    return login;
  }

  /**
   * The name of a session stands in table {@code server_session}, for the vendor shows a program's name only to who has
   * switched on its performance schema. The table is in memory and empty after a restart, when numbers of sessions begin
   * anew.
   */
  @Override
  public void begin(Connection session, ConnectionLimits limits, SessionName name)
      throws SQLException {
    try (var begin = session.prepareStatement("begin not atomic\n"
        + "set session transaction isolation level read committed;\n"
        + "set session sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION', "
        + "autocommit = 1, idle_transaction_timeout = "
        + seconds(limits.idleInTransactionTimeout()) + ", "
        + limits(limits.lockTimeout(), limits.statementTimeout())
        + ";\n"
        + "if exists (select 1 from information_schema.tables where table_schema = database() "
        + "and table_name = 'server_session') then\n"
        + "delete from server_session where name = ? and connection_id not in "
        + "(select id from information_schema.processlist);\n"
        + "replace into server_session (connection_id, name) values (connection_id(), ?);\n"
        + "end if;\n"
        + "select @@innodb_flush_log_at_trx_commit, @@innodb_doublewrite, @@innodb_flush_method, "
        + "@@log_bin, @@sync_binlog;\n"
        + "end")) {
      begin.setString(1, name.text());
      begin.setString(2, name.text());
      try (var row = begin.executeQuery()) {
        row.next();
        requireDurable(
            row.getString(1), row.getString(2), row.getString(3), row.getInt(4), row.getInt(5));
      }
    }
  }

  /** With a binary log, it is that log which decides after a crash whether a transaction was committed. */
  private static void requireDurable(
      String flush, String doublewrite, String method, int binaryLog, int syncBinaryLog)
      throws NotDurableException {
    boolean pagesAreSafe = !doublewrite.equals("0") && !doublewrite.equalsIgnoreCase("off");
    if (!flush.equals("1")
        || !pagesAreSafe
        || method.equalsIgnoreCase("nosync")
        || binaryLog == 1 && syncBinaryLog != 1) {
      throw new NotDurableException("innodb_flush_log_at_trx_commit = " + flush
          + " (must be 1), innodb_doublewrite = " + doublewrite
          + " (must not be off), innodb_flush_method = " + method
          + " (must not be nosync), log_bin = " + binaryLog
          + " (1 needs sync_binlog = 1), sync_binlog = " + syncBinaryLog);
    }
  }

  private static String limits(Duration lock, Duration statement) {
    return "innodb_lock_wait_timeout = " + seconds(lock) + ", lock_wait_timeout = " + seconds(lock)
        + ", max_statement_time = " + statement.toMillis() / 1000.0;
  }

  private static long seconds(Duration duration) {
    return Math.max(1, (duration.toMillis() + 999) / 1000);
  }

  @Override
  public void endSessions(Connection session, SessionName theirs) throws SQLException {
    var found = new ArrayList<Long>();
    try (var query = session.prepareStatement(
        "select connection_id from server_session where name = ? and connection_id <> connection_id()")) {
      query.setString(1, theirs.text());
      try (var row = query.executeQuery()) {
        while (row.next()) {
          found.add(row.getLong(1));
        }
      }
    }
    try (var statement = session.createStatement()) {
      for (long id : found) {
        try {
          statement.execute("kill connection " + id);
        } catch (SQLException e) {
          if (e.getErrorCode() != UNKNOWN_THREAD) {
            throw e;
          }
        }
        statement.execute("delete from server_session where connection_id = " + id);
      }
    }
  }

  /** By the number, for most of them share one state. */
  @Override
  public SqlFailure failure(SQLException e) {
    return switch (e.getErrorCode()) {
      case 1062, 1586 -> SqlFailure.DUPLICATE;
      // waited too long for a lock, deadlock, statement took too long, interrupted by another
      // session
      case 1205, 1213, 1969, 3024, 1317 -> SqlFailure.TIMED_OUT;
      // server goes down, aborted or killed, gone; a commit failed half-way
      case 1053, 1152, 1158, 1159, 1160, 1161, 1180, 1184, 1927, 2006, 2013, 4031 ->
        SqlFailure.DISCONNECTED;
      // disk or file: cannot create, write, read, full; out of memory; table full, damaged,
      // missing; read-only
      case 5,
          1004,
          1005,
          1016,
          1021,
          1023,
          1024,
          1026,
          1030,
          1033,
          1034,
          1035,
          1037,
          1038,
          1041,
          1114,
          1194,
          1195,
          1290,
          1712,
          1785,
          1792,
          1812,
          1813,
          1836,
          1877,
          1932 -> SqlFailure.DAMAGED;
      default -> SqlFailure.of(e.getSQLState());
    };
  }

  // ---- behind the fence

  /** A piece of a transaction: what it claims, and statements that end with a semicolon each. */
  private record Step(Optional<Fence> claim, String statements, Parameters parameters, int count) {}

  @Override
  public Map<ServiceName, Activation> storeEvents(
      Connection session, long epoch, List<EventRow> events, int stampSerializer)
      throws SQLException {
    var byClaim = events.stream()
        .collect(Collectors.groupingBy(
            event -> event.stamp().map(stamp -> stamp.fence()),
            LinkedHashMap::new,
            Collectors.toList()));
    var steps = new ArrayList<Step>();
    byClaim.forEach((claim, rows) -> {
      int tags = rows.stream().mapToInt(row -> row.tags().size()).sum();
      steps.add(new Step(
          claim,
          INSERT_EVENTS + String.join(",\n", Collections.nCopies(rows.size(), EVENT)) + ";\n"
              + INSERT_TAG.repeat(tags),
          (statement, first) -> set(statement, first, rows, stampSerializer),
          12 * rows.size() + 3 * tags));
    });
    return fenced(session, epoch, steps);
  }

  private static void set(
      PreparedStatement insert, int first, List<EventRow> rows, int stampSerializer)
      throws SQLException {
    int next = first;
    for (EventRow row : rows) {
      insert.setString(next++, row.persistenceId());
      insert.setLong(next++, row.sequence());
      insert.setString(next++, row.writer());
      insert.setLong(next++, row.timestamp());
      insert.setString(next++, row.adapterManifest());
      insert.setInt(next++, row.serializerId());
      insert.setString(next++, row.manifest());
      insert.setBytes(next++, row.payload());
      boolean stamped = row.stamp().isPresent();
      insert.setObject(next++, stamped ? stampSerializer : null);
      insert.setString(next++, stamped ? "" : null);
      insert.setBytes(
          next++,
          row.stamp()
              .map(stamp -> stamp.text().getBytes(StandardCharsets.UTF_8))
              .orElse(null));
      insert.setBytes(next++, row.chain());
    }
    for (EventRow row : rows) {
      for (String tag : row.tags()) {
        insert.setString(next++, tag);
        insert.setString(next++, row.persistenceId());
        insert.setLong(next++, row.sequence());
      }
    }
  }

  @Override
  public Map<ServiceName, Activation> storeSamples(
      Connection session, long epoch, Fence fence, List<String> newSeries, List<SampleRow> samples)
      throws SQLException {
    var statements = new StringBuilder();
    if (!newSeries.isEmpty()) {
      statements
          .append("insert into sample_series (id, name) values ")
          .append(String.join(", ", Collections.nCopies(newSeries.size(), "(?, ?)")))
          .append(orNothing("id"))
          .append(";\n");
    }
    statements.append("insert into sample (series_id, ts_ms, val, quality, check_sum) values ");
    String separator = "";
    for (SampleRow row : samples) { // numbers only: as text they are shorter than parameters
      statements
          .append(separator)
          .append('(')
          .append(row.series())
          .append(',')
          .append(row.timeMillis())
          .append(',')
          .append(row.value()) // "null" where there is none
          .append(',')
          .append(row.quality())
          .append(',')
          .append(row.checkSum())
          .append(')');
      separator = ",";
    }
    statements.append(orNothing("series_id")).append(";\n");
    var step = new Step(
        Optional.of(fence),
        statements.toString(),
        (statement, first) -> {
          int next = first;
          for (String name : newSeries) {
            statement.setLong(next++, SampleRow.seriesId(name));
            statement.setString(next++, name);
          }
        },
        2 * newSeries.size());
    return fenced(session, epoch, List.of(step));
  }

  @Override
  public void write(Connection session, long epoch, String statement, Parameters parameters)
      throws SQLException {
    fenced(session, epoch, List.of(new Step(Optional.empty(), statement + ";\n", parameters, 0)));
  }

  private static Map<ServiceName, Activation> fenced(
      Connection session, long epoch, List<Step> steps) throws SQLException {
    // In one order everywhere, so that two groups of writers never wait for each other in a circle.
    var services = steps.stream()
        .flatMap(step -> step.claim().stream())
        .map(Fence::service)
        .distinct()
        .sorted(java.util.Comparator.comparing(ServiceName::value))
        .toList();
    try (var all = session.prepareStatement(text(services, steps))) {
      int next = 1;
      all.setLong(next++, epoch);
      for (var service : services) {
        all.setString(next++, service.value());
      }
      for (var step : steps) {
        if (step.claim().isPresent()) {
          all.setLong(next++, step.claim().get().term());
        }
        step.parameters().set(all, next);
        next += step.count();
      }
      all.execute();
      return services.isEmpty() ? Map.of() : holders(all, services);
    } catch (SQLException e) {
      TermFence.rollback(session, e); // where the handler could not: a statement that was ended
      if (EPOCH_IS_OVER.equals(e.getSQLState())) {
        throw new EpochChangedException(session.getMetaData().getURL(), epoch, e);
      }
      throw e;
    } catch (RuntimeException e) {
      TermFence.rollback(session, e);
      throw e;
    }
  }

  private static String text(List<ServiceName> services, List<Step> steps) {
    var text = new StringBuilder("begin not atomic\ndeclare stands bigint;\n");
    for (int i = 0; i < services.size(); i++) {
      text.append("declare t%1$d bigint; declare s%1$d varchar(31); declare i%1$d varchar(22);\n"
          .formatted(i));
    }
    text.append("declare exit handler for sqlexception begin rollback; resignal; end;\n")
        .append("start transaction;\n")
        .append("select max(epoch) into stands from active_set where id = 1 lock in share mode;\n")
        .append("if stands is null or stands <> ? then signal sqlstate '" + EPOCH_IS_OVER
            + "' set message_text = 'another epoch'; end if;\n");
    for (int i = 0; i < services.size(); i++) {
      text.append(("select max(term), max(server), max(incarnation) into t%1$d, s%1$d, i%1$d "
              + "from service_term where service = ? lock in share mode;\n")
          .formatted(i));
    }
    for (var step : steps) {
      if (step.claim().isPresent()) {
        text.append("if t")
            .append(services.indexOf(step.claim().get().service()))
            .append(" = ? then\n")
            .append(step.statements())
            .append("end if;\n");
      } else {
        text.append(step.statements());
      }
    }
    text.append("commit;\n");
    for (int i = 0; i < services.size(); i++) {
      text.append(i == 0 ? "select " : " union all select ")
          .append("%1$d, t%1$d, s%1$d, i%1$d".formatted(i));
    }
    return text.append(services.isEmpty() ? "end" : ";\nend").toString();
  }

  private static Map<ServiceName, Activation> holders(
      PreparedStatement all, Collection<ServiceName> services) throws SQLException {
    var names = List.copyOf(services);
    var holders = new HashMap<ServiceName, Activation>();
    try (var row = all.getResultSet()) {
      while (row.next()) {
        if (row.getString(3) != null) {
          var service = names.get(row.getInt(1));
          holders.put(
              service,
              new Activation(
                  service,
                  row.getLong(2),
                  new mainstay.protocol.model.ServerId(row.getString(3)),
                  row.getString(4)));
        }
      }
    }
    return holders;
  }

  // ---- against those who write

  @Override
  public void lockTerm(Connection session, ServiceName service, Duration limit)
      throws SQLException {
    // Whole seconds; 0 does not wait.
    long wait = limit.toMillis() < 100 ? 0 : seconds(limit);
    var within = "set statement innodb_lock_wait_timeout = " + wait + " for ";
    try (var statement = session.createStatement();
        var own = session.prepareStatement(
            within + "select term from service_term where service = ? for update")) {
      statement.execute(within + "select epoch from active_set where id = 1 lock in share mode");
      own.setString(1, service.value());
      own.execute();
    }
  }

  @Override
  public void holdWrites(Connection session, Duration limit) throws SQLException {
    try (var statement = session.createStatement()) {
      statement.execute("set session " + limits(limit, limit));
      statement.execute("select epoch from active_set where id = 1 for update");
    }
  }

  @Override
  public void changeAlone(Connection session, String statements, Parameters parameters)
      throws SQLException {
    try (var all = session.prepareStatement("begin not atomic\ndeclare stands bigint;\n"
        + "declare exit handler for sqlexception begin rollback; resignal; end;\n"
        + "start transaction;\n"
        + "select epoch into stands from active_set where id = 1 for update;\n"
        + statements
        + "commit;\nend")) {
      parameters.set(all, 1);
      all.execute();
    } catch (SQLException | RuntimeException e) {
      TermFence.rollback(session, e);
      throw e;
    }
  }

  @Override
  public void limitStatements(Connection session, Duration limit) throws SQLException {
    try (var statement = session.createStatement()) {
      statement.execute("set session max_statement_time = " + limit.toMillis() / 1000.0);
    }
  }

  @Override
  public void restoreLimits(Connection session, ConnectionLimits limits) throws SQLException {
    try (var statement = session.createStatement()) {
      statement.execute("set session " + limits(limits.lockTimeout(), limits.statementTimeout()));
    }
  }

  // ---- reading many streams

  @Override
  public Map<String, StreamEnd> ends(Connection session, List<String> streams) throws SQLException {
    if (streams.isEmpty()) {
      return Map.of();
    }
    try (var query = session.prepareStatement(
        "select e.persistence_id, e.sequence_number, e.chain from event_journal e join ("
            + "select persistence_id, max(sequence_number) as sequence_number from event_journal "
            + "where persistence_id in ("
            + String.join(", ", Collections.nCopies(streams.size(), "?"))
            + ") group by persistence_id) l "
            + "on l.persistence_id = e.persistence_id and l.sequence_number = e.sequence_number")) {
      for (int i = 0; i < streams.size(); i++) {
        query.setString(1 + i, streams.get(i));
      }
      try (var row = query.executeQuery()) {
        return StreamRows.ends(row, streams);
      }
    }
  }

  /** One query for each stream that has something new, all on one snapshot: a join would not keep their order. */
  @Override
  public void readAfter(
      Connection session, Map<String, Long> after, int limit, int fetchSize, Reader reader)
      throws SQLException {
    try (var statement = session.createStatement()) {
      statement.execute("set transaction isolation level repeatable read");
    }
    var ends = ends(session, List.copyOf(after.keySet()));
    int left = limit;
    try (var query = session.prepareStatement(AFTER)) {
      query.setFetchSize(fetchSize);
      for (var stream : after.entrySet()) {
        if (left == 0 || ends.get(stream.getKey()).sequence() <= stream.getValue()) {
          continue;
        }
        query.setString(1, stream.getKey());
        query.setLong(2, stream.getValue());
        query.setInt(3, left);
        try (var row = query.executeQuery()) {
          while (row.next()) {
            left--;
            if (!reader.take(row)) {
              return;
            }
          }
        }
      }
    }
  }

  // ---- pieces of statements

  /** Not {@code insert ignore}, which would also store what does not fit. */
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

  /** The moment itself, while {@code now(6)} is that in which the statement began. UTC, as the session is. */
  @Override
  public String now() {
    return "sysdate(6)";
  }

  @Override
  public String nowPlusMillis() {
    return now() + " + interval ? * 1000 microsecond";
  }

  /** Not {@code /}, whose decimals are rounded. */
  @Override
  public String quotient(String dividend, String divisor) {
    return dividend + " div " + divisor;
  }

  // ---- content

  @Override
  public ContentSql content() {
    return new MariaDbContent();
  }

  // ---- tables

  @Override
  public String scripts() {
    return "/mainstay/persistence/schema/mariadb/";
  }

  @Override
  public int firstVersion() {
    return 2;
  }

  /**
   * Each change of a table is committed at once. So the version table begins with a version 0, by which an interrupted
   * upgrade is known as our own and carried on.
   */
  @Override
  public String versionTable(String product) {
    return "create table schema_version (product varchar(31) not null, version integer primary key, "
        + "applied_at datetime(6) not null default utc_timestamp(6)) engine = InnoDB "
        + "default charset utf8mb4 collate utf8mb4_nopad_bin select '" + product
        + "' as product, 0 as version";
  }

  @Override
  public String hasTable() {
    return "select 1 from information_schema.tables where table_schema = database() and table_name = ?";
  }

  @Override
  public String hasColumn() {
    return "select 1 from information_schema.columns where table_schema = database() "
        + "and table_name = ? and column_name = ?";
  }

  @Override
  public void lockTables(Connection session) throws SQLException {
    try (var statement = session.createStatement()) {
      statement.execute(
          "set session max_statement_time = 0, lock_wait_timeout = " + TABLES_LIMIT_SECONDS);
      try (var row = statement.executeQuery(
          "select get_lock(concat('mainstay/', md5(database())), " + TABLES_LIMIT_SECONDS + ")")) {
        if (!row.next() || row.getInt(1) != 1) {
          throw new SQLException(
              "another server has been changing the tables for " + TABLES_LIMIT_SECONDS + " s",
              "HY000",
              1205);
        }
      }
    }
  }

  @Override
  public void unlockTables(Connection session) throws SQLException {
    session.commit(); // the lock is not the transaction's: who gets it next must see what was done
    try (var statement = session.createStatement()) {
      statement.execute("select release_lock(concat('mainstay/', md5(database())))");
    }
  }
}
