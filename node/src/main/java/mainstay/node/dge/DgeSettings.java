package mainstay.node.dge;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import mainstay.node.dge.core.PollSchedule;
import mainstay.node.dge.core.SampleBuffer;
import mainstay.persistence.samples.SampleStore;

/** The section {@code mainstay.dge}; {@code reference.conf} says what each key means. */
public record DgeSettings(
    PollSchedule.Limits schedule,
    SampleBuffer.Limits buffer,
    Duration writeTimeout,
    Duration drainPolls,
    Duration drainWrites,
    Duration statisticsInterval,
    int blockingThreads,
    int queuedTasks,
    int httpThreads,
    long httpBodyLimitBytes,
    Path pingCommand,
    int pingProcesses) {
  private static final String SECTION = "mainstay.dge";
  /** The schedule has to be asked once a second, and the statistics are its clock. */
  private static final Duration LONGEST_STATISTICS_INTERVAL = Duration.ofSeconds(1);

  /**
   * @param config the whole configuration of the server
   * @throws com.typesafe.config.ConfigException if a key is missing or has the wrong type
   * @throws IllegalArgumentException if values do not fit each other; the message names keys and values
   */
  public static DgeSettings from(Config config) {
    var dge = config.getConfig(SECTION);
    for (String key : new String[] {
      "max-concurrent-polls",
      "samples.batch-size",
      "blocking-threads",
      "queued-tasks",
      "http.threads",
      "ping.processes"
    }) {
      require(dge.getInt(key) >= 1, key, dge, "must be at least 1");
    }
    for (String key : new String[] {
      "first-poll-within",
      "shortest-interval",
      "samples.retry-shortest",
      "samples.write-timeout",
      "statistics-interval"
    }) {
      require(dge.getDuration(key).toMillis() >= 1, key, dge, "must be at least 1 ms");
    }
    for (String key :
        new String[] {"max-lateness", "samples.max-age", "drain.polls", "drain.writes"}) {
      require(!dge.getDuration(key).isNegative(), key, dge, "must not be negative");
    }
    require(
        dge.getInt("samples.batch-size") <= SampleStore.BATCH_LIMIT,
        "samples.batch-size",
        dge,
        "must be at most " + SampleStore.BATCH_LIMIT);
    require(
        dge.getInt("samples.capacity") > dge.getInt("samples.batch-size"),
        "samples.capacity",
        dge,
        "must be greater than " + SECTION + ".samples.batch-size = "
            + dge.getInt("samples.batch-size"));
    require(
        dge.getDuration("samples.retry-longest")
                .compareTo(dge.getDuration("samples.retry-shortest"))
            >= 0,
        "samples.retry-longest",
        dge,
        "must not be shorter than " + SECTION + ".samples.retry-shortest");
    require(
        dge.getDuration("statistics-interval").compareTo(LONGEST_STATISTICS_INTERVAL) <= 0,
        "statistics-interval",
        dge,
        "must be at most 1 s");
    require(
        dge.getBytes("http.body-limit") >= 1, "http.body-limit", dge, "must be at least 1 byte");

    return new DgeSettings(
        new PollSchedule.Limits(
            dge.getInt("max-concurrent-polls"),
            dge.getDuration("first-poll-within"),
            dge.getDuration("max-lateness"),
            dge.getDuration("shortest-interval")),
        new SampleBuffer.Limits(
            dge.getInt("samples.batch-size"),
            dge.getDuration("samples.max-age"),
            dge.getInt("samples.capacity"),
            dge.getDuration("samples.retry-shortest"),
            dge.getDuration("samples.retry-longest")),
        dge.getDuration("samples.write-timeout"),
        dge.getDuration("drain.polls"),
        dge.getDuration("drain.writes"),
        dge.getDuration("statistics-interval"),
        dge.getInt("blocking-threads"),
        dge.getInt("queued-tasks"),
        dge.getInt("http.threads"),
        dge.getBytes("http.body-limit"),
        Path.of(dge.getString("ping.command")),
        dge.getInt("ping.processes"));
  }

  private static void require(boolean holds, String key, Config dge, String rule) {
    if (!holds) {
      throw new IllegalArgumentException(
          SECTION + "." + key + " = " + dge.getValue(key).unwrapped() + " " + rule);
    }
  }
}
