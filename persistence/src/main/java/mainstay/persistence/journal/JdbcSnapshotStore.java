package mainstay.persistence.journal;

import akka.persistence.SelectedSnapshot;
import akka.persistence.SnapshotMetadata;
import akka.persistence.SnapshotSelectionCriteria;
import akka.persistence.snapshot.japi.SnapshotStore;
import akka.serialization.SerializationExtension;
import com.typesafe.config.Config;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;
import mainstay.persistence.databases.Database;
import mainstay.persistence.databases.Databases;
import scala.concurrent.Future;

/**
 * Snapshot plugin on table {@code snapshot} of Akka Persistence JDBC. Snapshots are not fenced: they repeat what fenced
 * events have said, so one of a server that is not active any more is old, never wrong.
 */
public final class JdbcSnapshotStore extends SnapshotStore {
  private static final String MATCHING =
      " where persistence_id = ? and sequence_number >= ? and sequence_number <= ? "
          + "and created >= ? and created <= ?";

  private final Database database;
  private final EventCodec codec;

  /** Called by Akka with section {@code mainstay.persistence.snapshot-store}. */
  public JdbcSnapshotStore(Config section) {
    var system = context().system();
    database = Databases.get(system).only();
    codec = new EventCodec(SerializationExtension.get(system));
  }

  @Override
  public Future<Optional<SelectedSnapshot>> doLoadAsync(
      String persistenceId, SnapshotSelectionCriteria criteria) {
    return FencedJournal.scala(database.read(
        "load a snapshot of " + persistenceId,
        session -> stored(session, persistenceId, criteria)));
  }

  @Override
  public Future<Void> doSaveAsync(SnapshotMetadata metadata, Object snapshot) {
    var form = codec.encode(snapshot);
    return FencedJournal.scala(database.write(
        "save a snapshot of " + metadata.persistenceId(), session -> {
          try (var save = session.prepareStatement(
              "insert into snapshot (persistence_id, sequence_number, created, "
                  + "snapshot_ser_id, snapshot_ser_manifest, snapshot_payload) values (?, ?, ?, ?, ?, ?) "
                  + "on conflict (persistence_id, sequence_number) do update set created = excluded.created, "
                  + "snapshot_ser_id = excluded.snapshot_ser_id, snapshot_ser_manifest = excluded.snapshot_ser_manifest, "
                  + "snapshot_payload = excluded.snapshot_payload")) {
            save.setString(1, metadata.persistenceId());
            save.setLong(2, metadata.sequenceNr());
            save.setLong(3, metadata.timestamp());
            save.setInt(4, form.serializerId());
            save.setString(5, form.manifest());
            save.setBytes(6, form.payload());
            save.executeUpdate();
            return null;
          }
        }));
  }

  @Override
  public Future<Void> doDeleteAsync(SnapshotMetadata metadata) {
    return FencedJournal.scala(database.write(
        "delete a snapshot of " + metadata.persistenceId(), session -> {
          try (var delete = session.prepareStatement(
              "delete from snapshot where persistence_id = ? and sequence_number = ?")) {
            delete.setString(1, metadata.persistenceId());
            delete.setLong(2, metadata.sequenceNr());
            delete.executeUpdate();
            return null;
          }
        }));
  }

  @Override
  public Future<Void> doDeleteAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
    return FencedJournal.scala(database.write("delete snapshots of " + persistenceId, session -> {
      try (var delete = session.prepareStatement("delete from snapshot" + MATCHING)) {
        match(delete, persistenceId, criteria);
        delete.executeUpdate();
        return null;
      }
    }));
  }

  private Optional<SelectedSnapshot> stored(
      Connection session, String persistenceId, SnapshotSelectionCriteria criteria)
      throws SQLException {
    try (var query = session.prepareStatement(
        "select sequence_number, created, snapshot_ser_id, snapshot_ser_manifest, "
            + "snapshot_payload from snapshot" + MATCHING
            + " order by sequence_number desc limit 1")) {
      match(query, persistenceId, criteria);
      try (var row = query.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        var metadata = new SnapshotMetadata(persistenceId, row.getLong(1), row.getLong(2));
        return Optional.of(SelectedSnapshot.create(
            metadata,
            codec.decode(new StoredForm(row.getInt(3), row.getString(4), row.getBytes(5)))));
      }
    }
  }

  private static void match(
      PreparedStatement statement, String persistenceId, SnapshotSelectionCriteria criteria)
      throws SQLException {
    statement.setString(1, persistenceId);
    statement.setLong(2, criteria.minSequenceNr());
    statement.setLong(3, criteria.maxSequenceNr());
    statement.setLong(4, criteria.minTimestamp());
    statement.setLong(5, criteria.maxTimestamp());
  }
}
