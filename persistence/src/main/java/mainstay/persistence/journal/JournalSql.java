package mainstay.persistence.journal;

import akka.persistence.PersistentRepr;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import mainstay.persistence.term.TermFence;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ServiceName;

/** The statements of the journal on table {@code event_journal}. */
final class JournalSql {
  private static final String INSERT = """
      insert into event_journal (deleted, persistence_id, sequence_number, writer, write_timestamp, adapter_manifest,
          event_ser_id, event_ser_manifest, event_payload, meta_ser_id, meta_ser_manifest, meta_payload)
        select false, e.pid, e.seq, e.writer, e.at, e.adapter, e.ser, e.manifest, e.payload,
            case when e.service is not null then ?::int end, case when e.service is not null then '' end,
            convert_to(e.stamp, 'UTF8')
        from unnest(?::varchar[], ?::bigint[], ?::varchar[], ?::bigint[], ?::varchar[], ?::int[], ?::varchar[],
            ?::bytea[], ?::varchar[], ?::bigint[], ?::varchar[])
          with ordinality as e(pid, seq, writer, at, adapter, ser, manifest, payload, service, term, stamp, position)
          left join service_term t on t.service = e.service
        where e.service is null or e.term = t.term
        order by e.position;
      """;
  // The writer is compared, for a refused write has no row of its own there.
  private static final String TAGS = """
      insert into event_tag (event_id, tag)
        select j.ordering, e.tag from unnest(?::varchar[], ?::bigint[], ?::varchar[], ?::varchar[])
            as e(pid, seq, writer, tag)
          join event_journal j on j.persistence_id = e.pid and j.sequence_number = e.seq and j.writer = e.writer;
      """;
  private static final String COLUMNS =
      "persistence_id, sequence_number, writer, write_timestamp, adapter_manifest, "
          + "deleted, event_ser_id, event_ser_manifest, event_payload, meta_ser_id, meta_ser_manifest, meta_payload";

  private final EventCodec codec;
  private final int textSerializer;

  JournalSql(EventCodec codec) {
    this.codec = codec;
    this.textSerializer = codec.encode("").serializerId();
  }

  /**
   * Stores, as one transaction, the writes whose term is current.
   *
   * @return who holds the terms that the writes claim; whose claim differs has stored nothing
   */
  Map<ServiceName, Activation> store(Connection session, Collection<JournalWrite> writes)
      throws SQLException {
    var services = writes.stream()
        .flatMap(write -> write.stamp().stream())
        .map(stamp -> stamp.fence().service())
        .toList();
    var rows = new Rows(writes);
    var tags = new Tags(writes);
    return TermFence.write(
        session, services, tags.isEmpty() ? INSERT : INSERT + TAGS, (statement, first) -> {
          statement.setInt(first, textSerializer);
          int next = rows.set(session, statement, first + 1);
          if (!tags.isEmpty()) {
            tags.set(session, statement, next);
          }
        });
  }

  Void replay(
      Connection session,
      String persistenceId,
      long from,
      long to,
      long max,
      int fetchSize,
      Consumer<PersistentRepr> target)
      throws SQLException {
    try (var query = session.prepareStatement(
        "select " + COLUMNS + " from event_journal where persistence_id = ? "
            + "and not deleted and sequence_number >= ? and sequence_number <= ? order by sequence_number limit ?")) {
      query.setString(1, persistenceId);
      query.setLong(2, from);
      query.setLong(3, to);
      query.setLong(4, max);
      query.setFetchSize(fetchSize);
      try (var row = query.executeQuery()) {
        while (row.next()) {
          target.accept(event(row));
        }
      }
    }
    return null;
  }

  /** 0 if nothing was ever stored; events that were deleted count. */
  Long highestSequence(Connection session, String persistenceId) throws SQLException {
    try (var query = session.prepareStatement(
        "select coalesce(max(sequence_number), 0) from event_journal where persistence_id = ?")) {
      query.setString(1, persistenceId);
      try (var row = query.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  /** The last one is only marked, since its number must be remembered. */
  Void delete(Connection session, String persistenceId, long to) throws SQLException {
    try (var mark = session.prepareStatement(
            "update event_journal set deleted = true where persistence_id = ? "
                + "and not deleted and sequence_number = (select max(sequence_number) from event_journal "
                + "where persistence_id = ? and sequence_number <= ?)");
        var delete = session.prepareStatement(
            "delete from event_journal where persistence_id = ? and sequence_number < "
                + "(select max(sequence_number) from event_journal where persistence_id = ? and sequence_number <= ?)")) {
      for (PreparedStatement statement : List.of(mark, delete)) {
        statement.setString(1, persistenceId);
        statement.setString(2, persistenceId);
        statement.setLong(3, to);
        statement.executeUpdate();
      }
    }
    return null;
  }

  private PersistentRepr event(ResultSet row) throws SQLException {
    Object payload = codec.decode(new StoredForm(row.getInt(7), row.getString(8), row.getBytes(9)));
    String adapterManifest = row.getString(5) == null ? "" : row.getString(5);
    PersistentRepr event = PersistentRepr.apply(
            payload,
            row.getLong(2),
            row.getString(1),
            adapterManifest,
            row.getBoolean(6),
            null,
            row.getString(3))
        .withTimestamp(row.getLong(4));
    byte[] metadata = row.getBytes(12);
    if (metadata == null) {
      return event;
    }
    String manifest = row.getString(11) == null ? "" : row.getString(11);
    return event.withMetadata(codec.decode(new StoredForm(row.getInt(10), manifest, metadata)));
  }

  static String text(byte[] metadata) {
    return metadata == null ? "" : new String(metadata, StandardCharsets.UTF_8);
  }

  /** The rows of several writes as columns. */
  private static final class Rows {
    private final int size;
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

    private Rows(Collection<JournalWrite> writes) {
      size = writes.stream().mapToInt(write -> write.rows().size()).sum();
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
      int next = 0;
      for (JournalWrite write : writes) {
        String stamp = write.stamp().map(s -> s.text()).orElse(null);
        for (JournalWrite.Row row : write.rows()) {
          pids[next] = write.persistenceId();
          sequences[next] = row.sequence();
          writers[next] = row.writer();
          timestamps[next] = row.timestamp();
          adapters[next] = row.adapterManifest();
          serializers[next] = row.form().serializerId();
          manifests[next] = row.form().manifest();
          payloads[next] = row.form().payload();
          services[next] = write.stamp().map(s -> s.fence().service().value()).orElse(null);
          terms[next] = write.stamp().map(s -> s.fence().term()).orElse(null);
          stamps[next] = stamp;
          next++;
        }
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
      return next;
    }
  }

  /** The tags of several writes as columns. */
  private static final class Tags {
    private final List<String> pids = new ArrayList<>();
    private final List<Long> sequences = new ArrayList<>();
    private final List<String> writers = new ArrayList<>();
    private final List<String> tags = new ArrayList<>();

    private Tags(Collection<JournalWrite> writes) {
      for (JournalWrite write : writes) {
        for (JournalWrite.Row row : write.rows()) {
          for (String tag : row.tags()) {
            pids.add(write.persistenceId());
            sequences.add(row.sequence());
            writers.add(row.writer());
            tags.add(tag);
          }
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
