package mainstay.http.json;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import mainstay.protocol.message.ClusterSupervisor;
import mainstay.protocol.model.ServerId;

/**
 * The report of a drill. Figures that are not known (yet) are null.
 *
 * @param state {@code running}, {@code passed} or {@code failed}
 * @param before who served at its start
 * @param then who served next
 * @param detectionMillis from the begin until that one began to take the term
 * @param takeoverMillis from there until it was active
 * @param longestGapMillis no server was active for longer than this
 * @param backAt when the server that served before was active again
 * @param limits what the figures do not say
 */
public record DrillJson(
    String drill,
    String service,
    String kind,
    String requestedBy,
    Instant startedAt,
    Optional<Instant> begunAt,
    String state,
    String why,
    String before,
    long termBefore,
    Optional<String> then,
    Optional<Long> detectionMillis,
    Optional<Long> takeoverMillis,
    Optional<Long> longestGapMillis,
    Optional<Instant> backAt,
    List<Term> terms,
    List<String> limits) {

  /** @param activeAt null if the server was not seen to be active in it */
  public record Term(
      long term, String server, Instant takenAt, Optional<Instant> activeAt, String why) {}

  public static DrillJson of(ClusterSupervisor.DrillReport report) {
    return new DrillJson(
        report.id(),
        report.service().value(),
        report.kind().word(),
        report.requestedBy(),
        report.startedAt(),
        report.begunAt(),
        report.state(),
        report.why(),
        report.before().value(),
        report.termBefore(),
        report.then().map(ServerId::value),
        report.detectionMillis(),
        report.takeoverMillis(),
        report.longestGapMillis(),
        report.backAt(),
        report.terms().stream()
            .map(term -> new Term(
                term.term(), term.server().value(), term.takenAt(), term.activeAt(), term.why()))
            .toList(),
        report.limits());
  }
}
