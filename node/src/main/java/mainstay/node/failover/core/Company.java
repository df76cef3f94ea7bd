package mainstay.node.failover.core;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import mainstay.protocol.model.ServerId;

/**
 * Who goes on together where the network between some voters is cut and each of them still reaches others: then several
 * majorities seem to be there, and each side of the cut would think itself in one.
 */
public final class Company {
  /** Beyond it nothing is decided here: all sets of voters are looked at. */
  private static final int MOST = 12;

  private Company() {}

  /**
   * The largest set of voters that all hear each other, and of several as large the one with the voters that come first, the
   * fit ones before all others. Each that knows who hears whom comes to the same result.
   *
   * @param order all that are configured, by preference
   * @param members those that count
   * @return empty if no majority of the members hears each other
   */
  public static Set<ServerId> of(List<ServerId> order, Set<ServerId> members, Hearing hearing) {
    var voters = order.stream()
        .filter(members::contains)
        .sorted(Comparator.comparing(hearing.unfit()::contains))
        .toList();
    if (voters.size() > MOST) {
      return Set.of();
    }
    List<ServerId> best = List.of();
    // In the order of the sets' first members, so that the first of the largest is the one that is
    // wanted.
    for (int set = (1 << voters.size()) - 1; set > 0 && best.size() < voters.size(); set--) {
      var chosen = chosen(voters, set);
      if (chosen.size() > best.size() && allHearEachOther(chosen, hearing)) {
        best = chosen;
      }
    }
    return best.size() * 2 > members.size() ? new TreeSet<>(best) : Set.of();
  }

  /**
   * Those that are left out though they live: somebody of the company hears them.
   *
   * @param company as of {@link #of}
   */
  public static Set<ServerId> leftOut(
      Set<ServerId> company, Set<ServerId> members, Hearing hearing) {
    return members.stream()
        .filter(member -> !company.contains(member))
        .filter(member -> company.stream().anyMatch(one -> hearing.hears(one, member)))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /** The highest bit stands for the first. */
  private static List<ServerId> chosen(List<ServerId> voters, int set) {
    var chosen = new ArrayList<ServerId>();
    for (int i = 0; i < voters.size(); i++) {
      if ((set >> (voters.size() - 1 - i) & 1) == 1) {
        chosen.add(voters.get(i));
      }
    }
    return chosen;
  }

  private static boolean allHearEachOther(List<ServerId> voters, Hearing hearing) {
    for (int i = 0; i < voters.size(); i++) {
      for (int j = i + 1; j < voters.size(); j++) {
        if (!hearing.both(voters.get(i), voters.get(j))) {
          return false;
        }
      }
    }
    return true;
  }
}
