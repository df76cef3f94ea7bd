package mainstay.node.databases;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import mainstay.node.databases.core.ReturnPolicy;
import mainstay.protocol.model.ActiveSet;

/** The patience with each database, on this process's clock. */
final class ReturnPolicies {
  private final Duration holdOff;
  private final Map<String, ReturnPolicy> policies = new HashMap<>();

  ReturnPolicies(Duration holdOff) {
    this.holdOff = holdOff;
  }

  void lost(String name) {
    of(name).lost(now());
  }

  void damaged(String name) {
    of(name).damaged(now());
  }

  /** @return whether it may be synchronised now */
  boolean answered(String name) {
    return of(name).answered(now());
  }

  void silent(String name) {
    of(name).silent();
  }

  void wanted(String name) {
    of(name).wanted();
  }

  void keep(ActiveSet set) {
    policies.keySet().removeIf(name -> set.member(name).isEmpty());
  }

  private ReturnPolicy of(String name) {
    return policies.computeIfAbsent(name, key -> new ReturnPolicy(holdOff));
  }

  private static Duration now() {
    return Duration.ofNanos(System.nanoTime());
  }
}
