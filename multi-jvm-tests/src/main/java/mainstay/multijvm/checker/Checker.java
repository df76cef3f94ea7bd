package mainstay.multijvm.checker;

import mainstay.multijvm.workload.History;

/** Decides whether one invariant held. */
@FunctionalInterface
public interface Checker {
  Verdict check(History history);
}
