package mainstay.node.databases.core;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import mainstay.protocol.model.ServerId;

/** Which server acts for all. Servers may differ about it for a moment, which costs work and nothing else. */
public final class Acting {
  private Acting() {}

  /**
   * What another server said lately.
   *
   * @param acting who acts by what it knows of the cluster; empty if it is no member
   */
  public record Word(ServerId from, Optional<ServerId> acting) {}

  /**
   * The first member by name. A server that is no member believes those that are; where nobody is, because the cluster
   * has not formed, the first by name of those that speak acts, for forming needs databases that work.
   *
   * @param voters how many are configured
   * @param witnesses how many of them never speak here
   * @param members servers that are up and can be reached
   * @return empty while too few speak: a server that has just started would act beside the one that does
   */
  public static Optional<ServerId> of(
      ServerId self, int voters, int witnesses, Set<ServerId> members, Collection<Word> words) {
    return members.stream()
        .min(ServerId::compareTo)
        .or(() -> words.stream().flatMap(word -> word.acting().stream()).min(ServerId::compareTo))
        .or(() -> {
          var all = new TreeSet<ServerId>();
          all.add(self);
          words.forEach(word -> all.add(word.from()));
          return all.size() + witnesses < Proposer.majority(voters)
              ? Optional.empty()
              : Optional.of(all.first());
        });
  }
}
