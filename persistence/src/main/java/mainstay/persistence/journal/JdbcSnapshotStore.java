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
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import mainstay.persistence.databases.Databases;
import mainstay.persistence.databases.dialect.Dialect;
import mainstay.persistence.databases.dialect.Parameters;
import scala.concurrent.Future;

/**
 * Snapshot plugin on table {@code snapshot} of Akka Persistence JDBC. Snapshots are not fenced: they repeat what fenced
 * events have said, so one of a server that is not active any more is old, never wrong.
 */
public final class JdbcSnapshotStore extends SnapshotStore {
  private static final String MATCHING =
      " where persistence_id = ? and sequence_number >= ? and sequence_number <= ? "
          + "and created >= ? and created <= ?";

  private static final String SAVE =
      "insert into snapshot (persistence_id, sequence_number, created, "
          + "snapshot_ser_id, snapshot_ser_manifest, snapshot_payload) values (?, ?, ?, ?, ?, ?)";
  private static final List<String> CONTENT =
      List.of("created", "snapshot_ser_id", "snapshot_ser_manifest", "snapshot_payload");

  private final Databases databases;
  private final EventCodec codec;

  /** Called by Akka with section {@code mainstay.persistence.snapshot-store}. */
  public JdbcSnapshotStore(Config section) {
    var system = context().system();
    databases = Databases.get(system);
    codec = new EventCodec(SerializationExtension.get(system));
  }

  @Override
  public Future<Optional<SelectedSnapshot>> doLoadAsync(
      String persistenceId, SnapshotSelectionCriteria criteria) {
    var operation = "load a snapshot of " + persistenceId;
    return FencedJournal.scala(databases
        .replicator()
        .onReader(
            operation,
            (database, epoch) ->
                database.read(operation, session -> stored(session, persistenceId, criteria))));
  }

  @Override
  public Future<Void> doSaveAsync(SnapshotMetadata metadata, Object snapshot) {
    var form = codec.encode(snapshot);
    return everywhere(
        "save a snapshot of " + metadata.persistenceId(),
        dialect -> SAVE + dialect.orUpdate("persistence_id, sequence_number", CONTENT),
        (save, first) -> {
          save.setString(first, metadata.persistenceId());
          save.setLong(first + 1, metadata.sequenceNr());
          save.setLong(first + 2, metadata.timestamp());
          save.setInt(first + 3, form.serializerId());
          save.setString(first + 4, form.manifest());
          save.setBytes(first + 5, form.payload());
        });
  }

  @Override
  public Future<Void> doDeleteAsync(SnapshotMetadata metadata) {
    return everywhere(
        "delete a snapshot of " + metadata.persistenceId(),
        dialect -> "delete from snapshot where persistence_id = ? and sequence_number = ?",
        (delete, first) -> {
          delete.setString(first, metadata.persistenceId());
          delete.setLong(first + 1, metadata.sequenceNr());
        });
  }

  @Override
  public Future<Void> doDeleteAsync(String persistenceId, SnapshotSelectionCriteria criteria) {
    return everywhere(
        "delete snapshots of " + persistenceId,
        dialect -> "delete from snapshot" + MATCHING,
        (delete, first) -> match(delete, first, persistenceId, criteria));
  }

  /** In no term, but in the epoch: a database that begins to count must not miss it. */
  private Future<Void> everywhere(
      String operation, Function<Dialect, String> statement, Parameters parameters) {
    return FencedJournal.scala(databases
        .replicator()
        .onWritten(
            operation,
            (database, epoch) -> database.write(operation, session -> {
              var dialect = database.dialect();
              dialect.write(session, epoch, statement.apply(dialect), parameters);
              return null;
            }))
        .thenApply(done -> null));
  }

  private Optional<SelectedSnapshot> stored(
      Connection session, String persistenceId, SnapshotSelectionCriteria criteria)
      throws SQLException {
    try (var query = session.prepareStatement(
        "select sequence_number, created, snapshot_ser_id, snapshot_ser_manifest, "
            + "snapshot_payload from snapshot" + MATCHING
            + " order by sequence_number desc limit 1")) {
      match(query, 1, persistenceId, criteria);
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
      PreparedStatement statement,
      int first,
      String persistenceId,
      SnapshotSelectionCriteria criteria)
      throws SQLException {
    statement.setString(first, persistenceId);
    statement.setLong(first + 1, criteria.minSequenceNr());
    statement.setLong(first + 2, criteria.maxSequenceNr());
    statement.setLong(first + 3, criteria.minTimestamp());
    statement.setLong(first + 4, criteria.maxTimestamp());
  }
}
