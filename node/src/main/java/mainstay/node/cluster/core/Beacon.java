package mainstay.node.cluster.core;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import mainstay.protocol.model.ServerId;

/**
 * What one server says to another in one datagram: that it is there, and whom it has heard lately.
 *
 * @param incarnation of the sender; without blanks
 * @param heard servers and their incarnations
 * @param hears whom those hear, by their own last beacons
 * @param unfit those of them, and the sender, that say so of themselves
 */
public record Beacon(
    ServerId server,
    String incarnation,
    Map<ServerId, String> heard,
    Map<ServerId, Set<ServerId>> hears,
    Set<ServerId> unfit) {
  private static final String GREETING = "mainstay-beacon";
  private static final char HEARS = '>';
  private static final String UNFIT = "!";

  /**
   * One line of ASCII: the greeting, then {@code server=incarnation} of the sender and of each that it has heard, and behind
   * each of these {@code >server,server} that it hears. An exclamation mark comes before who is unfit.
   */
  public String text() {
    var text = new StringBuilder(GREETING + " " + mark(server) + server + "=" + incarnation);
    heard.forEach((other, its) -> {
      text.append(' ').append(mark(other)).append(other).append('=').append(its).append(HEARS);
      text.append(hears.getOrDefault(other, Set.of()).stream()
          .map(ServerId::value)
          .sorted()
          .collect(Collectors.joining(",")));
    });
    return text.toString();
  }

  private String mark(ServerId one) {
    return unfit.contains(one) ? UNFIT : "";
  }

  /** Empty for a text that no server sends. */
  public static Optional<Beacon> parse(String text) {
    var words = text.split(" ");
    if (words.length < 2 || !words[0].equals(GREETING)) {
      return Optional.empty();
    }
    try {
      var unfit = new TreeSet<ServerId>();
      var sender = pair(words[1], unfit);
      var heard = new TreeMap<ServerId, String>();
      var hears = new TreeMap<ServerId, Set<ServerId>>();
      for (int i = 2; i < words.length; i++) {
        int rest = words[i].indexOf(HEARS);
        var other = pair(words[i].substring(0, rest), unfit);
        heard.put(other.getKey(), other.getValue());
        hears.put(other.getKey(), servers(words[i].substring(rest + 1)));
      }
      return Optional.of(new Beacon(sender.getKey(), sender.getValue(), heard, hears, unfit));
    } catch (IllegalArgumentException | IndexOutOfBoundsException noBeacon) {
      return Optional.empty();
    }
  }

  /** Throws what {@link #parse} takes for its answer if it is none. */
  private static Map.Entry<ServerId, String> pair(String word, Set<ServerId> unfit) {
    int begin = word.startsWith(UNFIT) ? UNFIT.length() : 0;
    int equals = word.indexOf('=');
    var incarnation = word.substring(equals + 1);
    if (incarnation.isEmpty()) {
      throw new IllegalArgumentException(word);
    }
    var server = new ServerId(word.substring(begin, equals));
    if (begin > 0) {
      unfit.add(server);
    }
    return Map.entry(server, incarnation);
  }

  private static Set<ServerId> servers(String names) {
    return names.isEmpty()
        ? Set.of()
        : Arrays.stream(names.split(",")).map(ServerId::new).collect(Collectors.toSet());
  }
}
