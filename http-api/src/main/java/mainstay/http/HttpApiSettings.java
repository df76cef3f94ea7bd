package mainstay.http;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The section {@code mainstay.http}; each key is explained in {@code reference.conf}.
 *
 * @param port 0 for a free one
 * @param maximumBody in bytes
 */
public record HttpApiSettings(
    String bindHost,
    int port,
    Path tokenDirectory,
    Duration requestPatience,
    long maximumBody,
    int maximumItems,
    Events events) {
  /** The section {@code mainstay.http.events}. */
  public record Events(Duration heartbeat, int buffer, int maximumClients) {
    public Events {
      require(
          heartbeat.compareTo(Duration.ofMillis(100)) >= 0,
          "events.heartbeat",
          heartbeat,
          "at least 100 ms");
      require(buffer >= 1 && buffer <= 100_000, "events.buffer", buffer, "1 to 100000");
      require(maximumClients >= 1, "events.maximum-clients", maximumClients, "at least 1");
    }
  }

  private static final String SECTION = "mainstay.http";
  private static final String IDLE_TIMEOUT = "akka.http.server.idle-timeout";

  public HttpApiSettings {
    require(port >= 0 && port <= 65_535, "port", port, "0 to 65535");
    require(
        !requestPatience.isNegative() && !requestPatience.isZero(),
        "request-patience",
        requestPatience,
        "above zero");
    require(maximumBody >= 1_024, "maximum-body", maximumBody, "at least 1 KiB");
    require(maximumItems >= 1, "maximum-items", maximumItems, "at least 1");
  }

  /**
   * @param config of the whole server, reference configuration included
   * @param port from this server's entry in {@code mainstay.servers}
   * @throws IllegalArgumentException if a value or a relation of values is wrong; the message names key and value
   */
  public static HttpApiSettings from(Config config, int port) {
    try {
      Config http = config.getConfig(SECTION);
      Config events = http.getConfig("events");
      var settings = new HttpApiSettings(
          http.getString("bind-host"),
          port,
          Path.of(http.getString("token-directory")),
          http.getDuration("request-patience"),
          http.getBytes("maximum-body"),
          http.getInt("maximum-items"),
          new Events(
              events.getDuration("heartbeat"),
              events.getInt("buffer"),
              events.getInt("maximum-clients")));
      Duration idle = config.getDuration(IDLE_TIMEOUT);
      require(
          settings.events().heartbeat().multipliedBy(2).compareTo(idle) <= 0,
          "events.heartbeat",
          settings.events().heartbeat(),
          "at most half of " + IDLE_TIMEOUT + " (" + idle + ")");
      return settings;
    } catch (ConfigException e) {
      throw new IllegalArgumentException("configuration of " + SECTION + ": " + e.getMessage(), e);
    }
  }

  private static void require(boolean holds, String key, Object value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(
          SECTION + "." + key + " must be " + expected + ", but is " + value);
    }
  }
}
