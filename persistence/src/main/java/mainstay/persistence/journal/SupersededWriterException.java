package mainstay.persistence.journal;

/** Another writer has stored an event under this sequence number. Nothing of this write was stored; its writer must stop. */
public final class SupersededWriterException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SupersededWriterException(String persistenceId, long firstSequence, Throwable cause) {
    super(
        "stream " + persistenceId
            + " already holds an event written by another at or after sequence number "
            + firstSequence,
        cause);
  }
}
