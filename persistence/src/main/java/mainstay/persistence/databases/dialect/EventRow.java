package mainstay.persistence.databases.dialect;

import java.util.Optional;
import java.util.Set;
import mainstay.persistence.journal.core.FenceStamp;

/**
 * An event as a row of table {@code event_journal}.
 *
 * @param stamp empty if it claims no term
 */
public record EventRow(
    String persistenceId,
    long sequence,
    String writer,
    long timestamp,
    String adapterManifest,
    int serializerId,
    String manifest,
    byte[] payload,
    Optional<FenceStamp> stamp,
    Set<String> tags,
    byte[] chain) {}
