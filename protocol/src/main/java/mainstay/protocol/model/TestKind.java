package mainstay.protocol.model;

import java.util.Locale;

/** How a test looks at its device. */
public enum TestKind {
  /** CPU, memory or disk of the machine that runs the engine, in percent. */
  HOST,
  /** Time until a complete HTTP answer, in milliseconds. */
  HTTP,
  /** Time until a TCP connection stands, in milliseconds. */
  TCP,
  /** Round trip of one ICMP echo, in milliseconds. */
  PING;

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
