package mainstay.persistence.resync;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import mainstay.persistence.databases.Database;
import mainstay.persistence.databases.WriteBarrier;

/** Compares the databases that count and says which of them are damaged. */
public interface Scrub {
  /** @param why one sentence */
  record Damaged(String database, String why) {}

  /**
   * @param journalHash content of the journal by name of the database; equal for equal content
   * @param rows looked at, in all databases together
   * @param notes sentences about what was repaired, or could not be decided
   */
  record Findings(
      List<Damaged> damaged,
      Map<String, String> journalHash,
      long rows,
      Duration took,
      List<String> notes) {}

  /** One run at a time. */
  CompletionStage<Findings> run(List<Database> active, WriteBarrier barrier);
}
