package mainstay.node.cluster.core;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import mainstay.protocol.model.ServerId;

/**
 * What one server says to another in one datagram: that it is there, and whom it has heard lately.
 *
 * @param incarnation of the sender; without blanks
 * @param heard servers and their incarnations
 */
public record Beacon(ServerId server, String incarnation, Map<ServerId, String> heard) {
  private static final String GREETING = "mainstay-beacon";

  /** One line of ASCII: the greeting, then {@code server=incarnation} of the sender and of each that it has heard. */
  public String text() {
    var text = new StringBuilder(GREETING + " " + server + "=" + incarnation);
    heard.forEach((other, its) -> text.append(' ').append(other).append('=').append(its));
    return text.toString();
  }

  /** Empty for a text that no server sends. */
  public static Optional<Beacon> parse(String text) {
    var words = text.split(" ");
    if (words.length < 2 || !words[0].equals(GREETING)) {
      return Optional.empty();
    }
    var servers = new TreeMap<ServerId, String>();
    ServerId sender = null;
    for (int i = 1; i < words.length; i++) {
      var pair = words[i].split("=", 2);
      if (pair.length < 2 || pair[1].isEmpty()) {
        return Optional.empty();
      }
      try {
        var server = new ServerId(pair[0]);
        servers.put(server, pair[1]);
        sender = sender == null ? server : sender;
      } catch (IllegalArgumentException noName) {
        return Optional.empty();
      }
    }
    var incarnation = servers.remove(sender);
    return Optional.of(new Beacon(sender, incarnation, servers));
  }
}
