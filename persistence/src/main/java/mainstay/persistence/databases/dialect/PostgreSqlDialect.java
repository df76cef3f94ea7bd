package mainstay.persistence.databases.dialect;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import mainstay.persistence.databases.ConnectionLimits;
import mainstay.persistence.databases.EpochChangedException;
import mainstay.persistence.databases.SessionName;
import mainstay.persistence.databases.core.SqlFailure;
import mainstay.persistence.journal.core.FenceStamp;
import mainstay.persistence.journal.core.StreamEnd;
import mainstay.persistence.resync.ContentSql;
import mainstay.persistence.resync.PostgresContent;
import mainstay.persistence.samples.core.SampleRow;
import mainstay.persistence.term.TermFence;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.DatabaseAddress;
import mainstay.protocol.model.Fence;
import mainstay.protocol.model.ServiceName;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/**
 * PostgreSQL 12 and later. Epoch and services have advisory locks that last as long as the transaction.
 *
 * <p>Lock and check are two statements, for a statement sees what was committed when it began: a check that had waited
 * for its lock would still see the old term. Rows are stored by a join with {@code service_term}, which sees what the
 * check saw, for the lock keeps terms as they are until the commit.
 */
public final class PostgreSqlDialect implements Dialect {
  // The third one fails where the epoch is over, and with it all that follows.
  private static final String PROLOGUE = """
      begin;
      select pg_advisory_xact_lock_shared(k) from unnest(?::bigint[]) as k;
      select 1 / count(*) from active_set where epoch = ?;
      select service, term, server, incarnation from service_term where service = any(?::varchar[]);
      """;
  private static final int PARAMETERS = 3;
  private static final String DIVISION_BY_ZERO = "22012";

  // One event alone, as most are where few write: a list of one costs more. The condition is
  // that of the prologue, and who stored nothing asks the long way why.
  private static final String STORE_EVENT = """
      begin;
      select pg_advisory_xact_lock_shared(?), pg_advisory_xact_lock_shared(?);
      insert into event_journal (deleted, persistence_id, sequence_number, writer, write_timestamp, adapter_manifest,
          event_ser_id, event_ser_manifest, event_payload, meta_ser_id, meta_ser_manifest, meta_payload, chain)
        select false, ?::varchar, ?::bigint, ?::varchar, ?::bigint, ?::varchar, ?::int, ?::varchar, ?::bytea, ?::int, '',
            ?::bytea, ?::bytea
          from active_set a join service_term t on t.service = ? where a.epoch = ? and t.term = ?;
      commit""";
  private static final String INSERT_EVENTS = """
      insert into event_journal (deleted, persistence_id, sequence_number, writer, write_timestamp, adapter_manifest,
          event_ser_id, event_ser_manifest, event_payload, meta_ser_id, meta_ser_manifest, meta_payload, chain)
        select false, e.pid, e.seq, e.writer, e.at, e.adapter, e.ser, e.manifest, e.payload,
            case when e.service is not null then ?::int end, case when e.service is not null then '' end,
            convert_to(e.stamp, 'UTF8'), e.chain
        from unnest(?::varchar[], ?::bigint[], ?::varchar[], ?::bigint[], ?::varchar[], ?::int[], ?::varchar[],
            ?::bytea[], ?::varchar[], ?::bigint[], ?::varchar[], ?::bytea[])
          with ordinality as
            e(pid, seq, writer, at, adapter, ser, manifest, payload, service, term, stamp, chain, position)
          left join service_term t on t.service = e.service
        where e.service is null or e.term = t.term
        order by e.position;
      """;
  // The writer is compared, for a refused write has no row of its own there.
  private static final String INSERT_TAGS = """
      insert into event_tag (event_id, tag)
        select j.ordering, e.tag from unnest(?::varchar[], ?::bigint[], ?::varchar[], ?::varchar[])
            as e(pid, seq, writer, tag)
          join event_journal j on j.persistence_id = e.pid and j.sequence_number = e.seq and j.writer = e.writer;
      """;
  private static final String INSERT_SERIES = """
      insert into sample_series (id, name)
        select e.id, e.name from unnest(?::bigint[], ?::varchar[]) as e(id, name)
        on conflict (name) do nothing;
      """;
  private static final String INSERT_SAMPLES = """
      insert into sample (series_id, ts_ms, val, quality, check_sum)
        select e.series_id, e.ts_ms, e.val, e.quality, e.check_sum
        from unnest(?::bigint[], ?::bigint[], ?::float8[], ?::smallint[], ?::int[])
          as e(series_id, ts_ms, val, quality, check_sum)
        where exists (select 1 from service_term where service = ? and term = ?)
      """;
  private static final String COPY_SAMPLES =
      "copy sample (series_id, ts_ms, val, quality, check_sum) from stdin (format binary)";
  /** So many samples are copied. It takes two messages more, in a transaction that stays open meanwhile. */
  private static final int COPIED = 2_000;

  private static final String KEEP_WHAT_IS_THERE = " on conflict do nothing;\n";
  private static final String LAST = """
      select w.pid, e.sequence_number, e.chain
        from unnest(?::varchar[]) as w(pid)
          left join lateral (
            select sequence_number, chain from event_journal
              where persistence_id = w.pid order by sequence_number desc limit 1) e on true
      """;
  private static final String AFTER = """
      select w.pid, j.sequence_number, j.meta_payload, j.event_ser_id, j.event_ser_manifest, j.event_payload
        from unnest(?::varchar[], ?::bigint[]) as w(pid, after)
          cross join lateral (
            select * from event_journal e
              where e.persistence_id = w.pid and e.sequence_number > w.after and not e.deleted
              order by e.sequence_number limit ?) as j
        limit ?
      """;

  private static final long TABLES_LOCK = 0x6D61696E73746179L; // "mainstay"
  private static final String TABLES_LIMIT = "30s";

  PostgreSqlDialect() {}

  @Override
  public String vendor() {
    return DatabaseAddress.POSTGRESQL;
  }

  // ---- sessions

  @Override
  public Properties login(ConnectionLimits limits, SessionName name, Duration answerLimit) {
    var login = new Properties();
    login.setProperty("ApplicationName", name.text());
    login.setProperty(
        "assumeMinServerVersion", "12"); // so the session is named from its first packet on
    login.setProperty("connectTimeout", seconds(limits.connectTimeout()));
    login.setProperty("loginTimeout", seconds(limits.connectTimeout()));
    login.setProperty("socketTimeout", seconds(answerLimit));
    login.setProperty("tcpKeepAlive", "true");
    login.setProperty("reWriteBatchedInserts", "true");
    login.setProperty(
        "options",
        "-c statement_timeout=" + limits.statementTimeout().toMillis()
            + " -c lock_timeout=" + limits.lockTimeout().toMillis()
            + " -c idle_in_transaction_session_timeout="
            + limits.idleInTransactionTimeout().toMillis()
            + " -c default_transaction_isolation=read\\ committed -c synchronous_commit=on");
    return login;
  }

  private static String seconds(Duration duration) {
    return Long.toString(Math.max(1, (duration.toMillis() + 999) / 1000));
  }

  /** Limits and name are part of the login. */
  @Override
  public void begin(Connection session, ConnectionLimits limits, SessionName name)
      throws SQLException {
    try (var statement = session.createStatement();
        var row = statement.executeQuery("select current_setting('fsync'),"
            + " current_setting('full_page_writes'), current_setting('synchronous_commit')")) {
      row.next();
      if (row.getString(1).equals("off")
          || row.getString(2).equals("off")
          || row.getString(3).equals("off")) {
        throw new NotDurableException("fsync = " + row.getString(1) + ", full_page_writes = "
            + row.getString(2) + ", synchronous_commit = " + row.getString(3)
            + "; none of them may be off");
      }
    }
  }

  @Override
  public void endSessions(Connection session, SessionName theirs) throws SQLException {
    try (var end = session.prepareStatement(
        "select pg_terminate_backend(pid) from pg_stat_activity "
            + "where application_name = ? and datname = current_database() and pid <> pg_backend_pid()")) {
      end.setString(1, theirs.text());
      end.execute();
    }
  }

  @Override
  public SqlFailure failure(SQLException e) {
    return SqlFailure.of(e.getSQLState());
  }

  // ---- behind the fence

  @Override
  public Map<ServiceName, Activation> storeEvents(
      Connection session, long epoch, List<EventRow> events, int stampSerializer)
      throws SQLException {
    if (events.size() == 1
        && events.get(0).stamp().isPresent()
        && events.get(0).tags().isEmpty()) {
      var stamp = events.get(0).stamp().get();
      if (storeEvent(session, epoch, events.get(0), stamp, stampSerializer)) {
        var fence = stamp.fence();
        return Map.of(
            fence.service(),
            new Activation(fence.service(), fence.term(), stamp.server(), stamp.incarnation()));
      }
    }
    var services = events.stream()
        .flatMap(event -> event.stamp().stream())
        .map(stamp -> stamp.fence().service())
        .toList();
    var rows = new EventColumns(events);
    var tags = new TagColumns(events);
    return fenced(
        session,
        epoch,
        services,
        tags.isEmpty() ? INSERT_EVENTS : INSERT_EVENTS + INSERT_TAGS,
        (statement, first) -> {
          statement.setInt(first, stampSerializer);
          int next = rows.set(session, statement, first + 1);
          if (!tags.isEmpty()) {
            tags.set(session, statement, next);
          }
        });
  }

  /** Whether epoch and term are current, so that it is stored. */
  private static boolean storeEvent(
      Connection session, long epoch, EventRow event, FenceStamp stamp, int stampSerializer)
      throws SQLException {
    long service = lock(stamp.fence().service());
    try (var all = session.prepareStatement(STORE_EVENT)) {
      int next = 1;
      all.setLong(next++, Math.min(service, TermFence.EPOCH_LOCK)); // in the order of all locks
      all.setLong(next++, Math.max(service, TermFence.EPOCH_LOCK));
      all.setString(next++, event.persistenceId());
      all.setLong(next++, event.sequence());
      all.setString(next++, event.writer());
      all.setLong(next++, event.timestamp());
      all.setString(next++, event.adapterManifest());
      all.setInt(next++, event.serializerId());
      all.setString(next++, event.manifest());
      all.setBytes(next++, event.payload());
      all.setInt(next++, stampSerializer);
      all.setBytes(next++, stamp.text().getBytes(StandardCharsets.UTF_8));
      all.setBytes(next++, event.chain());
      all.setString(next++, stamp.fence().service().value());
      all.setLong(next++, epoch);
      all.setLong(next, stamp.fence().term());
      all.execute();
      all.getMoreResults(); // the locks
      all.getMoreResults(); // the event
      return all.getUpdateCount() == 1;
    } catch (SQLException | RuntimeException e) {
      TermFence.rollback(session, e);
      throw e;
    }
  }

  /** Samples that are there already are rare, and to look for them costs half as much again: only if it must be. */
  @Override
  public Map<ServiceName, Activation> storeSamples(
      Connection session, long epoch, Fence fence, List<String> newSeries, List<SampleRow> samples)
      throws SQLException {
    try {
      return samples.size() < COPIED
          ? storeSamples(session, epoch, fence, newSeries, samples, ";\n")
          : copySamples(session, epoch, fence, newSeries, samples);
    } catch (SQLException e) {
      if (failure(e) != SqlFailure.DUPLICATE) {
        throw e;
      }
      return storeSamples(session, epoch, fence, newSeries, samples, KEEP_WHAT_IS_THERE);
    }
  }

  private static Map<ServiceName, Activation> storeSamples(
      Connection session,
      long epoch,
      Fence fence,
      List<String> newSeries,
      List<SampleRow> samples,
      String otherwise)
      throws SQLException {
    return fenced(
        session,
        epoch,
        List.of(fence.service()),
        (newSeries.isEmpty() ? "" : INSERT_SERIES) + INSERT_SAMPLES + otherwise,
        (statement, first) -> set(
            session, statement, setSeries(session, statement, first, newSeries), samples, fence));
  }

  private static Map<ServiceName, Activation> copySamples(
      Connection session, long epoch, Fence fence, List<String> newSeries, List<SampleRow> samples)
      throws SQLException {
    try {
      var terms = perform(
          session,
          epoch,
          List.of(fence.service()),
          PROLOGUE + (newSeries.isEmpty() ? "" : INSERT_SERIES),
          (statement, first) -> setSeries(session, statement, first, newSeries));
      if (TermFence.isCurrent(fence, terms)) {
        copy(session, SampleCopy.of(samples));
      }
      try (var commit = session.createStatement()) {
        commit.execute("commit");
      }
      return terms;
    } catch (SQLException | RuntimeException e) {
      TermFence.rollback(session, e);
      throw e;
    }
  }

  private static void copy(Connection session, byte[] rows) throws SQLException {
    var copy = session.unwrap(PGConnection.class).getCopyAPI().copyIn(COPY_SAMPLES);
    try {
      copy.writeToCopy(rows, 0, rows.length);
      copy.endCopy();
    } catch (SQLException e) {
      cancel(copy, e);
      throw e;
    }
  }

  /** @param failure stays the one that counts: it says whether the session is lost */
  private static void cancel(CopyIn copy, SQLException failure) {
    if (copy.isActive()) {
      try {
        copy.cancelCopy();
      } catch (SQLException e) {
        failure.addSuppressed(e);
      }
    }
  }

  /** @return number of the next parameter */
  private static int setSeries(
      Connection session, PreparedStatement statement, int first, List<String> newSeries)
      throws SQLException {
    if (newSeries.isEmpty()) {
      return first;
    }
    var ids = newSeries.stream().map(SampleRow::seriesId).toArray();
    statement.setArray(first, session.createArrayOf("int8", ids));
    statement.setArray(first + 1, session.createArrayOf("varchar", newSeries.toArray()));
    return first + 2;
  }

  private static void set(
      Connection session, PreparedStatement insert, int first, List<SampleRow> rows, Fence fence)
      throws SQLException {
    int next = first;
    insert.setArray(
        next++,
        session.createArrayOf("int8", rows.stream().map(SampleRow::series).toArray()));
    insert.setArray(
        next++,
        session.createArrayOf("int8", rows.stream().map(SampleRow::timeMillis).toArray()));
    insert.setArray(
        next++,
        session.createArrayOf(
            "float8", rows.stream().map(SampleRow::value).toArray(Double[]::new)));
    insert.setArray(
        next++,
        session.createArrayOf("int2", rows.stream().map(SampleRow::quality).toArray()));
    insert.setArray(
        next++,
        session.createArrayOf("int4", rows.stream().map(SampleRow::checkSum).toArray()));
    insert.setString(next++, fence.service().value());
    insert.setLong(next, fence.term());
  }

  @Override
  public void write(Connection session, long epoch, String statement, Parameters parameters)
      throws SQLException {
    fenced(session, epoch, List.of(), statement + ";\n", parameters);
  }

  /** @param statements end with a semicolon each */
  private static Map<ServiceName, Activation> fenced(
      Connection session,
      long epoch,
      Collection<ServiceName> services,
      String statements,
      Parameters parameters)
      throws SQLException {
    try {
      return perform(session, epoch, services, PROLOGUE + statements + "commit", parameters);
    } catch (SQLException | RuntimeException e) {
      TermFence.rollback(session, e);
      throw e;
    }
  }

  /** @param statements the prologue and what follows */
  private static Map<ServiceName, Activation> perform(
      Connection session,
      long epoch,
      Collection<ServiceName> services,
      String statements,
      Parameters parameters)
      throws SQLException {
    var distinct = services.stream().distinct().toList();
    // In one order everywhere, so that two groups of writers never wait for each other in a circle.
    var locks = LongStream.concat(
            LongStream.of(TermFence.EPOCH_LOCK),
            distinct.stream().mapToLong(PostgreSqlDialect::lock))
        .sorted()
        .boxed()
        .toArray();
    try (var all = session.prepareStatement(statements)) {
      all.setArray(1, session.createArrayOf("int8", locks));
      all.setLong(2, epoch);
      all.setArray(
          3,
          session.createArrayOf(
              "varchar", distinct.stream().map(ServiceName::value).toArray()));
      parameters.set(all, 1 + PARAMETERS);
      all.execute();
      all.getMoreResults(); // the locks
      all.getMoreResults(); // the epoch
      all.getMoreResults(); // the terms
      try (var rows = all.getResultSet()) {
        return TermFence.activations(rows);
      }
    } catch (SQLException e) {
      if (DIVISION_BY_ZERO.equals(e.getSQLState())) {
        throw new EpochChangedException(session.getMetaData().getURL(), epoch, e);
      }
      throw e;
    }
  }

  // ---- against those who write

  /** Key of the lock of a service. Two services with one key would merely wait for each other. */
  public static long lock(ServiceName service) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return ByteBuffer.wrap(digest.digest(service.value().getBytes(StandardCharsets.UTF_8)))
          .getLong();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  @Override
  public void lockTerm(Connection session, ServiceName service, Duration limit)
      throws SQLException {
    long own = lock(service);
    var alone = "select pg_advisory_xact_lock(" + own + ");";
    try (var statement = session.createStatement()) {
      // In the order of the keys, as writers take them.
      statement.execute("set local lock_timeout = " + limit.toMillis() + ";"
          + (own < TermFence.EPOCH_LOCK ? alone : "")
          + "select pg_advisory_xact_lock_shared(" + TermFence.EPOCH_LOCK + ");"
          + (own >= TermFence.EPOCH_LOCK ? alone : ""));
    }
  }

  @Override
  public void holdWrites(Connection session, Duration limit) throws SQLException {
    try (var statement = session.createStatement()) {
      statement.execute("set local lock_timeout = " + limit.toMillis());
      statement.execute("set local statement_timeout = " + limit.toMillis());
      statement.execute("select pg_advisory_xact_lock(" + TermFence.EPOCH_LOCK + ")");
    }
  }

  @Override
  public void changeAlone(Connection session, String statements, Parameters parameters)
      throws SQLException {
    try (var all = session.prepareStatement("begin;\nselect pg_advisory_xact_lock("
        + TermFence.EPOCH_LOCK + ");\n" + statements + "commit")) {
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
      statement.execute("set statement_timeout = " + limit.toMillis());
    }
  }

  @Override
  public void restoreLimits(Connection session, ConnectionLimits limits) {
    // They ended with the transaction.
  }

  // ---- reading many streams

  @Override
  public Map<String, StreamEnd> ends(Connection session, List<String> streams) throws SQLException {
    try (var query = session.prepareStatement(LAST)) {
      query.setArray(1, session.createArrayOf("varchar", streams.toArray()));
      try (var row = query.executeQuery()) {
        return StreamRows.ends(row, streams);
      }
    }
  }

  @Override
  public void readAfter(
      Connection session, Map<String, Long> after, int limit, int fetchSize, Reader reader)
      throws SQLException {
    try (var query = session.prepareStatement(AFTER)) {
      var streams = after.keySet().toArray(String[]::new);
      var positions = new Long[streams.length];
      for (int i = 0; i < streams.length; i++) {
        positions[i] = after.get(streams[i]);
      }
      query.setArray(1, session.createArrayOf("varchar", streams));
      query.setArray(2, session.createArrayOf("int8", positions));
      query.setInt(3, limit);
      query.setInt(4, limit);
      query.setFetchSize(fetchSize);
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
    return " on conflict do nothing";
  }

  @Override
  public String orUpdate(String keyColumns, List<String> columns) {
    return " on conflict (" + keyColumns + ") do update set "
        + columns.stream()
            .map(column -> column + " = excluded." + column)
            .collect(Collectors.joining(", "));
  }

  @Override
  public String now() {
    return "clock_timestamp()";
  }

  @Override
  public String nowPlusMillis() {
    return "clock_timestamp() + ? * interval '1 millisecond'";
  }

  @Override
  public String quotient(String dividend, String divisor) {
    return dividend + " / " + divisor;
  }

  // ---- content

  @Override
  public ContentSql content() {
    return new PostgresContent();
  }

  // ---- tables

  @Override
  public String scripts() {
    return "/mainstay/persistence/schema/postgresql/";
  }

  @Override
  public int firstVersion() {
    return 1;
  }

  @Override
  public String versionTable(String product) {
    return "create table schema_version (product varchar(31) not null, version integer primary key, "
        + "applied_at timestamptz not null default now())";
  }

  /** By a query of the catalogue: {@code to_regclass} may still remember that there was none before the lock. */
  @Override
  public String hasTable() {
    return "select 1 from pg_tables where schemaname = any(current_schemas(false)) and tablename = ?";
  }

  @Override
  public String hasColumn() {
    return "select 1 from information_schema.columns where table_schema = any(current_schemas(false)) "
        + "and table_name = ? and column_name = ?";
  }

  @Override
  public void lockTables(Connection session) throws SQLException {
    try (var statement = session.createStatement()) {
      statement.execute("set local lock_timeout = '" + TABLES_LIMIT + "'");
      statement.execute("set local statement_timeout = '" + TABLES_LIMIT + "'");
      statement.execute("select pg_advisory_xact_lock(" + TABLES_LOCK + ")");
    }
  }

  @Override
  public void unlockTables(Connection session) {
    // The lock ends with the transaction.
  }

  /** Events as columns. */
  private static final class EventColumns {
    private final String[] pids;
    private final Long[] sequences;
    private final String[] writers;
    private final Long[] timestamps;
    private final String[] adapters;
    private final Integer[] serializers;
    private final String[] manifests;
    private final byte[][] payloads;
    private final String[] services;
    private final Long[] terms;
    private final String[] stamps;
    private final byte[][] chains;

    private EventColumns(List<EventRow> events) {
      int size = events.size();
      pids = new String[size];
      sequences = new Long[size];
      writers = new String[size];
      timestamps = new Long[size];
      adapters = new String[size];
      serializers = new Integer[size];
      manifests = new String[size];
      payloads = new byte[size][];
      services = new String[size];
      terms = new Long[size];
      stamps = new String[size];
      chains = new byte[size][];
      int next = 0;
      for (EventRow event : events) {
        pids[next] = event.persistenceId();
        sequences[next] = event.sequence();
        writers[next] = event.writer();
        timestamps[next] = event.timestamp();
        adapters[next] = event.adapterManifest();
        serializers[next] = event.serializerId();
        manifests[next] = event.manifest();
        payloads[next] = event.payload();
        services[next] = event.stamp().map(s -> s.fence().service().value()).orElse(null);
        terms[next] = event.stamp().map(s -> s.fence().term()).orElse(null);
        stamps[next] = event.stamp().map(s -> s.text()).orElse(null);
        chains[next] = event.chain();
        next++;
      }
    }

    private int set(Connection session, PreparedStatement statement, int first)
        throws SQLException {
      int next = first;
      statement.setArray(next++, session.createArrayOf("varchar", pids));
      statement.setArray(next++, session.createArrayOf("int8", sequences));
      statement.setArray(next++, session.createArrayOf("varchar", writers));
      statement.setArray(next++, session.createArrayOf("int8", timestamps));
      statement.setArray(next++, session.createArrayOf("varchar", adapters));
      statement.setArray(next++, session.createArrayOf("int4", serializers));
      statement.setArray(next++, session.createArrayOf("varchar", manifests));
      statement.setArray(next++, session.createArrayOf("bytea", payloads));
      statement.setArray(next++, session.createArrayOf("varchar", services));
      statement.setArray(next++, session.createArrayOf("int8", terms));
      statement.setArray(next++, session.createArrayOf("varchar", stamps));
      statement.setArray(next++, session.createArrayOf("bytea", chains));
      return next;
    }
  }

  /** Tags as columns. */
  private static final class TagColumns {
    private final List<String> pids = new ArrayList<>();
    private final List<Long> sequences = new ArrayList<>();
    private final List<String> writers = new ArrayList<>();
    private final List<String> tags = new ArrayList<>();

    private TagColumns(List<EventRow> events) {
      for (EventRow event : events) {
        for (String tag : event.tags()) {
          pids.add(event.persistenceId());
          sequences.add(event.sequence());
          writers.add(event.writer());
          tags.add(tag);
        }
      }
    }

    private boolean isEmpty() {
      return tags.isEmpty();
    }

    private void set(Connection session, PreparedStatement statement, int first)
        throws SQLException {
      statement.setArray(first, session.createArrayOf("varchar", pids.toArray()));
      statement.setArray(first + 1, session.createArrayOf("int8", sequences.toArray()));
      statement.setArray(first + 2, session.createArrayOf("varchar", writers.toArray()));
      statement.setArray(first + 3, session.createArrayOf("varchar", tags.toArray()));
    }
  }
}
