package mainstay.persistence.databases;

import com.typesafe.config.Config;
import java.time.Duration;

/** Section {@code mainstay.persistence.connections}; each key is explained in {@code reference.conf}. */
public record ConnectionLimits(
    int writers,
    int readers,
    int controlConnections,
    int queueLimit,
    Duration connectTimeout,
    Duration checkoutTimeout,
    Duration socketTimeout,
    Duration controlSocketTimeout,
    Duration statementTimeout,
    Duration lockTimeout,
    Duration termLockTimeout,
    Duration idleInTransactionTimeout) {
  private static final String KEY = "mainstay.persistence.connections";

  public ConnectionLimits {
    requirePositive("writers", writers);
    requirePositive("readers", readers);
    requirePositive("control-connections", controlConnections);
    requirePositive("queue-limit", queueLimit);
    requireLonger("checkout-timeout", checkoutTimeout, "249 ms", Duration.ofMillis(249));
    requireLonger("socket-timeout", socketTimeout, "statement-timeout", statementTimeout);
    requireLonger("statement-timeout", statementTimeout, "lock-timeout", lockTimeout);
    requireLonger(
        "control-socket-timeout", controlSocketTimeout, "term-lock-timeout", termLockTimeout);
  }

  /** @throws IllegalArgumentException naming keys and values that do not fit together */
  public static ConnectionLimits from(Config config) {
    var section = config.getConfig(KEY);
    return new ConnectionLimits(
        section.getInt("writers"),
        section.getInt("readers"),
        section.getInt("control-connections"),
        section.getInt("queue-limit"),
        section.getDuration("connect-timeout"),
        section.getDuration("checkout-timeout"),
        section.getDuration("socket-timeout"),
        section.getDuration("control-socket-timeout"),
        section.getDuration("statement-timeout"),
        section.getDuration("lock-timeout"),
        section.getDuration("term-lock-timeout"),
        section.getDuration("idle-in-transaction-timeout"));
  }

  /** The same, but for connecting and logging in. */
  ConnectionLimits connectingWithin(Duration limit) {
    return new ConnectionLimits(
        writers,
        readers,
        controlConnections,
        queueLimit,
        limit,
        checkoutTimeout,
        socketTimeout,
        controlSocketTimeout,
        statementTimeout,
        lockTimeout,
        termLockTimeout,
        idleInTransactionTimeout);
  }

  private static void requirePositive(String key, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(KEY + "." + key + " = " + value + " must be at least 1");
    }
  }

  private static void requireLonger(String key, Duration value, String other, Duration least) {
    if (value.compareTo(least) <= 0) {
      throw new IllegalArgumentException(KEY + "." + key + " = " + value.toMillis()
          + " ms must be longer than " + other + " = " + least.toMillis() + " ms");
    }
  }
}
