package mainstay.persistence.journal;

import akka.persistence.PersistentRepr;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import mainstay.persistence.databases.dialect.Dialect;
import mainstay.persistence.journal.core.Chain;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ServiceName;

/** The statements of the journal on table {@code event_journal}. */
final class JournalSql {
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
   * @throws mainstay.persistence.databases.EpochChangedException if the database stands in another epoch
   * @return who holds the terms that the writes claim; whose claim differs has stored nothing
   */
  Map<ServiceName, Activation> store(
      Connection session, Dialect dialect, long epoch, Collection<JournalWrite> writes)
      throws SQLException {
    var events = writes.stream().flatMap(JournalWrite::events).toList();
    return dialect.storeEvents(session, epoch, events, textSerializer);
  }

  /** Whether every event of the write stands there already, stored by the same writer: by an attempt whose answer was lost. */
  boolean holds(Connection session, JournalWrite write) throws SQLException {
    try (var query = session.prepareStatement(
        "select sequence_number, writer, event_payload from event_journal "
            + "where persistence_id = ? and sequence_number between ? and ? order by sequence_number")) {
      query.setString(1, write.persistenceId());
      query.setLong(2, write.firstSequence());
      query.setLong(3, write.lastSequence());
      try (var stored = query.executeQuery()) {
        for (var row : write.rows()) {
          if (!stored.next()
              || stored.getLong(1) != row.sequence()
              || !stored.getString(2).equals(row.writer())
              || !Arrays.equals(stored.getBytes(3), row.form().payload())) {
            return false;
          }
        }
        return true;
      }
    }
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

  /** Hash beside an event; that of the start if there is no such event, or it has none. */
  byte[] chain(Connection session, String persistenceId, long sequence) throws SQLException {
    try (var query = session.prepareStatement(
        "select chain from event_journal where persistence_id = ? and sequence_number = ?")) {
      query.setString(1, persistenceId);
      query.setLong(2, sequence);
      try (var row = query.executeQuery()) {
        byte[] chain = row.next() ? row.getBytes(1) : null;
        return chain == null ? Chain.start() : chain;
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
}
