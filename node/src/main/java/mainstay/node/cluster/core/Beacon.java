package mainstay.node.cluster.core;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import mainstay.protocol.model.ServerId;

/**
 * What one server says to another in one datagram: that it is there, and whom it has heard lately.
 *
 * @param incarnation of the sender; without blanks
 * @param heard servers and their incarnations
 * @param hears whom those hear, by their own last beacons
 */
public record Beacon(
    ServerId server,
    String incarnation,
    Map<ServerId, String> heard,
    Map<ServerId, Set<ServerId>> hears) {
  private static final String GREETING = "mainstay-beacon";
  private static final char HEARS = '>';

  /**
   * One line of ASCII: the greeting, then {@code server=incarnation} of the sender and of each that it has heard, and behind
   * each of these {@code >server,server} that it hears.
   */
  public String text() {
    var text = new StringBuilder(GREETING + " " + server + "=" + incarnation);
    heard.forEach((other, its) -> {
      text.append(' ').append(other).append('=').append(its).append(HEARS);
      text.append(hears.getOrDefault(other, Set.of()).stream()
          .map(ServerId::value)
          .sorted()
          .collect(Collectors.joining(",")));
    });
    return text.toString();
  }

  /** Empty for a text that no server sends. */
  public static Optional<Beacon> parse(String text) {
    var words = text.split(" ");
    if (words.length < 2 || !words[0].equals(GREETING)) {
      return Optional.empty();
    }
    try {
      var sender = pair(words[1]);
      var heard = new TreeMap<ServerId, String>();
      var hears = new TreeMap<ServerId, Set<ServerId>>();
      for (int i = 2; i < words.length; i++) {
        int rest = words[i].indexOf(HEARS);
        var other = pair(words[i].substring(0, rest));
        heard.put(other.getKey(), other.getValue());
        hears.put(other.getKey(), servers(words[i].substring(rest + 1)));
      }
      return Optional.of(new Beacon(sender.getKey(), sender.getValue(), heard, hears));
    } catch (IllegalArgumentException | IndexOutOfBoundsException noBeacon) {
      return Optional.empty();
    }
  }

  /** @throws IllegalArgumentException, IndexOutOfBoundsException if it is none */
  private static Map.Entry<ServerId, String> pair(String word) {
    int equals = word.indexOf('=');
    var incarnation = word.substring(equals + 1);
    if (incarnation.isEmpty()) {
      throw new IllegalArgumentException(word);
    }
    return Map.entry(new ServerId(word.substring(0, equals)), incarnation);
  }

  private static Set<ServerId> servers(String names) {
    return names.isEmpty()
        ? Set.of()
        : Arrays.stream(names.split(",")).map(ServerId::new).collect(Collectors.toSet());
  }
}
