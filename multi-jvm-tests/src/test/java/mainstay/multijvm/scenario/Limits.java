package mainstay.multijvm.scenario;

import java.time.Duration;

/**
 * How long things may take here: on two cores that all servers, the database, the workload and these tests share. The
 * distributions, which are much lower, are the business of the benchmark.
 */
final class Limits {
  /** From the start or the return of a server until every service is where it belongs and all others are synchronised. */
  static final Duration WHOLE = Duration.ofSeconds(90);

  /** Until a backup serves after a crash. */
  static final Duration CRASH_TAKEOVER = Duration.ofSeconds(1);

  /** Until a backup serves after a hang, with default settings. */
  static final Duration HANG_TAKEOVER = Duration.ofSeconds(6);

  /** Pause of a move on request. */
  static final Duration PLANNED_PAUSE = Duration.ofMillis(300);

  /** Pause of a failback right after the returning process started, when its code is not yet compiled. */
  static final Duration FAILBACK_PAUSE = Duration.ofSeconds(1);

  /**
   * Longest pause of writes when a database is killed. The goal, measured on a quiet machine, is 400 ms; here a first use
   * of the code that drops a database comes on top.
   */
  static final Duration DATABASE_CRASH = Duration.ofSeconds(1);

  /** Longest pause of writes when a database hangs, with default settings. */
  static final Duration DATABASE_HANG = Duration.ofSeconds(4);

  /**
   * Longest pause of writes from the start of a database that was down until it is active. The goal is 200 ms; here the
   * starting database takes its share of two cores.
   */
  static final Duration DATABASE_RETURN = Duration.ofMillis(500);

  /** Until a database that is back has waited out its hold-off, is synchronised and is active. */
  static final Duration DATABASE_ACTIVE = Duration.ofSeconds(90);

  /** Until a copy that was changed behind the back of the servers is found and left out. */
  static final Duration DAMAGE_FOUND = Duration.ofSeconds(60);

  /** Until the active server is the one that the rules name, after a cut was made or mended. */
  static final Duration CUT_SETTLING = Duration.ofSeconds(10);

  /** The same after one of all databases is back. */
  static final Duration DATABASES_SETTLING = Duration.ofSeconds(30);

  /** The same after servers and databases are back from a power loss. */
  static final Duration POWER_SETTLING = Duration.ofSeconds(60);

  /** Writes go on where the last acknowledgement is not older than this. */
  static final Duration GOING_ON = Duration.ofSeconds(2);

  /** Until a stopped server process is gone. */
  static final Duration TERMINATE = Duration.ofSeconds(20);

  /** For what needs no election: an answer, an outcome, a sample. */
  static final Duration SOON = Duration.ofSeconds(20);

  private Limits() {}
}
