package mainstay.multijvm.checker;

import java.util.Arrays;
import java.util.List;
import mainstay.multijvm.workload.Entry;
import mainstay.multijvm.workload.FaultEvent;
import mainstay.multijvm.workload.FaultEvent.Availability;
import mainstay.multijvm.workload.History;
import mainstay.multijvm.workload.JournalRow;
import mainstay.multijvm.workload.Operation;
import mainstay.multijvm.workload.Operation.Kind;
import mainstay.multijvm.workload.Operation.Outcome;
import mainstay.multijvm.workload.RoleSample;
import mainstay.multijvm.workload.RoleSample.StandbyState;
import mainstay.multijvm.workload.TermTaken;

/** Histories as short as the sentence that they prove. Times of operations in nanoseconds, of roles in milliseconds. */
final class Histories {
  static final String SERVICE = "configuration";
  static final List<String> LIST = List.of("alpha", "bravo", "charlie");

  private Histories() {}

  static History of(Entry... entries) {
    return new History(Arrays.asList(entries));
  }

  static Operation wrote(String value, long revision, long start, long end) {
    return operation(
        Kind.WRITE, value, Operation.UNKNOWN, start, end, Outcome.OK, 200, revision, 1, false);
  }

  static Operation maybeWrote(String value, long start, long end) {
    return operation(
        Kind.WRITE,
        value,
        Operation.UNKNOWN,
        start,
        end,
        Outcome.INFO,
        0,
        Operation.UNKNOWN,
        Operation.UNKNOWN,
        false);
  }

  static Operation refusedWrite(String value, long start, long end) {
    return operation(
        Kind.WRITE,
        value,
        Operation.UNKNOWN,
        start,
        end,
        Outcome.FAIL,
        409,
        Operation.UNKNOWN,
        Operation.UNKNOWN,
        false);
  }

  static Operation swapped(long expected, String value, long revision, long start, long end) {
    return operation(
        Kind.COMPARE_AND_SET, value, expected, start, end, Outcome.OK, 200, revision, 1, false);
  }

  static Operation maybeSwapped(long expected, String value, long start, long end) {
    return operation(
        Kind.COMPARE_AND_SET,
        value,
        expected,
        start,
        end,
        Outcome.INFO,
        0,
        Operation.UNKNOWN,
        Operation.UNKNOWN,
        false);
  }

  static Operation stale(long expected, String value, long start, long end) {
    return operation(
        Kind.COMPARE_AND_SET,
        value,
        expected,
        start,
        end,
        Outcome.FAIL,
        412,
        Operation.UNKNOWN,
        Operation.UNKNOWN,
        false);
  }

  static Operation read(String value, long revision, long start, long end) {
    return operation(
        Kind.READ, value, Operation.UNKNOWN, start, end, Outcome.OK, 200, revision, 1, false);
  }

  static Operation finalRead(String value, long revision, long start, long end) {
    return operation(
        Kind.READ, value, Operation.UNKNOWN, start, end, Outcome.OK, 200, revision, 1, true);
  }

  static Operation inTerm(long term, Operation o) {
    return new Operation(
        o.process(),
        o.kind(),
        o.key(),
        o.value(),
        o.expected(),
        o.start(),
        o.end(),
        o.outcome(),
        o.status(),
        o.server(),
        term,
        o.revision(),
        o.attempts(),
        o.finalRead(),
        o.detail());
  }

  static Operation operation(
      Kind kind,
      String value,
      long expected,
      long start,
      long end,
      Outcome outcome,
      int status,
      long revision,
      long term,
      boolean finalRead) {
    return new Operation(
        1,
        kind,
        "setpoint-1",
        value,
        expected,
        start,
        end,
        outcome,
        status,
        "bravo",
        term,
        revision,
        1,
        finalRead,
        "");
  }

  static RoleSample says(
      String asked, String active, long term, long millis, StandbyState... standbys) {
    return says("automatic", asked, active, term, millis, standbys);
  }

  static RoleSample says(
      String policy,
      String asked,
      String active,
      long term,
      long millis,
      StandbyState... standbys) {
    return new RoleSample(
        nanos(millis) - 1_000_000,
        nanos(millis),
        asked,
        SERVICE,
        LIST,
        policy,
        active,
        term,
        active == null ? "none" : "active",
        List.of(standbys));
  }

  static StandbyState standby(String server, int mode) {
    return new StandbyState(server, mode, 7, "h");
  }

  static FaultEvent fault(String server, Availability after, long millis) {
    return new FaultEvent(after.name(), server, after, nanos(millis), nanos(millis + 1));
  }

  static TermTaken taken(long term, String server) {
    return taken("db1", term, server, 1);
  }

  static TermTaken taken(String database, long term, String server, long transaction) {
    return new TermTaken(
        database, SERVICE, term, server, "1a2b", "because", "2026-11-22T00:00:00Z", transaction);
  }

  static JournalRow row(long sequence, long term, String server) {
    return row("db1", sequence, term, server, 1);
  }

  static JournalRow row(
      String database, long sequence, long term, String server, long transaction) {
    return new JournalRow(
        database, "point|setpoint-1", sequence, SERVICE, term, server, "1a2b", transaction);
  }

  private static long nanos(long millis) {
    return millis * 1_000_000;
  }
}
