package mainstay.http.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.Optional;
import mainstay.protocol.message.DatabaseAdmin;

/**
 * One row of the table of databases.
 *
 * @param cluster for samples that it belongs to; left out for the installation's databases
 * @param load pieces of work that run or wait there
 * @param progress of its synchronisation; null while there is none
 * @param journalHash empty before the first check
 * @param checkedAt null before the first check
 */
public record DatabaseJson(
    String name,
    @JsonInclude(JsonInclude.Include.NON_EMPTY) Optional<String> cluster,
    String vendor,
    String url,
    boolean active,
    String state,
    String message,
    long epoch,
    int weight,
    int load,
    Optional<Progress> progress,
    String journalHash,
    Optional<Instant> checkedAt) {

  public record Progress(String phase, int percent, long rowsCopied, long rowsPerSecond) {
    static Progress of(DatabaseAdmin.Progress progress) {
      return new Progress(
          progress.phase(), progress.percent(), progress.rowsCopied(), progress.rowsPerSecond());
    }
  }

  public static DatabaseJson of(DatabaseAdmin.Database database) {
    return new DatabaseJson(
        database.name(),
        Optional.of(database.cluster()).filter(cluster -> !cluster.isEmpty()),
        database.vendor(),
        database.url(),
        database.active(),
        database.state(),
        database.message(),
        database.epoch(),
        database.weight(),
        database.load(),
        database.progress().map(Progress::of),
        database.journalHash(),
        database.checkedAt());
  }
}
