package mainstay.multijvm.cluster;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which hosts cannot send to which others.
 *
 * @param links the ways that lead nowhere
 */
public record Cuts(Set<Link> links) {

  /** The way of packets from one host to another; the way back is a link of its own. */
  public record Link(String from, String to) {}

  public Cuts {
    links = Set.copyOf(links);
  }

  /** Neither of the two hears the other. */
  public static Cuts between(String one, String other) {
    return new Cuts(Set.of(new Link(one, other), new Link(other, one)));
  }

  /** Nobody of one side hears anybody of the other side but itself. */
  public static Cuts between(Collection<String> side, Collection<String> other) {
    return new Cuts(side.stream()
        .flatMap(a ->
            other.stream().filter(b -> !a.equals(b)).flatMap(b -> between(a, b).links.stream()))
        .collect(Collectors.toSet()));
  }

  /** One host sends, and the other hears nothing of it; what the other sends arrives. */
  public static Cuts oneWay(String from, String to) {
    return new Cuts(Set.of(new Link(from, to)));
  }

  /** Both of them at once. */
  public Cuts and(Cuts more) {
    var all = new HashSet<>(links);
    all.addAll(more.links);
    return new Cuts(all);
  }

  /** Whether a connection between the two hangs: it needs both ways. */
  public boolean apart(String one, String other) {
    return links.contains(new Link(one, other)) || links.contains(new Link(other, one));
  }

  /**
   * The servers that must not be active for long: those that hear no majority of the servers, themselves included, and
   * those that cannot reach a database which counts. A database counts no more when a majority cannot reach it.
   */
  public Set<String> cutOff(List<String> servers, List<String> databases) {
    int majority = servers.size() / 2 + 1;
    var count = databases.stream()
        .filter(database -> servers.stream().filter(s -> apart(s, database)).count() < majority)
        .toList();
    Stream<String> off = servers.stream()
        .filter(server -> servers.stream().filter(s -> !apart(s, server)).count() < majority
            || count.stream().anyMatch(database -> apart(server, database)));
    return off.collect(Collectors.toSet());
  }
}
