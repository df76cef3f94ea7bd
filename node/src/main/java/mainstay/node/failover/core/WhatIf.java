package mainstay.node.failover.core;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import mainstay.protocol.message.TakeoverOutlook;
import mainstay.protocol.message.TakeoverOutlook.Fate;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/** Who would serve what if some servers died: the eight rules, asked about a cluster that has lost them. */
public final class WhatIf {
  private static final String NOBODY_LEFT = "no server would be left";

  private WhatIf() {}

  /**
   * @param dead servers that die at once
   * @param now nanoseconds of the clock of {@code knowledge}
   */
  public static TakeoverOutlook ask(
      ServerId asked,
      Knowledge knowledge,
      ServiceDirectory directory,
      Collection<ServiceName> services,
      Set<ServerId> dead,
      QuorumMode quorum,
      long now) {
    var left = knowledge.members().values().stream()
        .filter(member -> member.counts() && member.reachable() && !dead.contains(member.server()))
        .map(Member::server)
        .toList();
    var after = left.stream()
        .filter(server -> knowledge.member(server).orElseThrow().part() == Part.SERVER)
        .findFirst()
        .map(viewer -> knowledge.without(dead, viewer));
    var fates = new ArrayList<Fate>();
    for (var service : services) {
      var active = knowledge.activeServer(service);
      fates.add(after
          .map(known -> fate(service, active, known.view(service, directory, now), left))
          .orElseGet(() -> new Fate(service, active, Optional.empty(), NOBODY_LEFT)));
    }
    return new TakeoverOutlook(
        asked, List.copyOf(new TreeSet<>(dead)), fates, limits(knowledge, dead, left, quorum));
  }

  private static Fate fate(
      ServiceName service, Optional<ServerId> active, ServiceView view, List<ServerId> left) {
    var decision = FailoverPolicy.decide(view);
    if (view.active().isPresent()) {
      var then = decision instanceof Decision.HandOver move
          ? Optional.of(move.successor())
          : view.active();
      return new Fate(service, active, then, decision.why());
    }
    return left.stream()
        .filter(server -> FailoverPolicy.decide(view.seenBy(server)) instanceof Decision.TakeOver)
        .findFirst()
        .map(server -> new Fate(
            service,
            active,
            Optional.of(server),
            FailoverPolicy.decide(view.seenBy(server)).why()))
        .orElseGet(() -> new Fate(service, active, Optional.empty(), decision.why()));
  }

  private static List<String> limits(
      Knowledge knowledge, Set<ServerId> dead, List<ServerId> left, QuorumMode quorum) {
    var limits = new ArrayList<String>();
    var absent = dead.stream()
        .filter(server -> knowledge.member(server).filter(Member::reachable).isEmpty())
        .map(ServerId::value)
        .sorted()
        .collect(Collectors.joining(", "));
    if (!absent.isEmpty()) {
      limits.add(absent + " cannot be reached already, so nothing changes with it");
    }
    long voters = knowledge.members().values().stream().filter(Member::counts).count();
    if (!left.isEmpty() && left.size() * 2L <= voters) {
      limits.add("only " + left.size() + " of " + voters
          + " voters would be left, which is no majority: if the others die at the same moment, "
          + switch (quorum) {
            case LEASE_MAJORITY ->
              "the rest waits for the lease in the databases; if they die one after the other, each is"
                  + " taken over at once";
            case KEEP_MAJORITY ->
              "the rest waits for a majority; if they die one after the other, the last of two goes on"
                  + " only if its address is the lower one";
          });
    }
    limits.add("the databases that count must answer the servers that are left");
    limits.add("copies and fitness are taken as they are now");
    return limits;
  }
}
