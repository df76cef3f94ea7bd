package mainstay.node.failover.core;

import mainstay.protocol.model.ServerId;

/** What happens next to a service, and why in one sentence. Rule numbers are those of ARCHITECTURE.md; 0 for none. */
public sealed interface Decision {
  String why();

  int rule();

  /** Nothing changes. */
  record Keep(String why, int rule) implements Decision {}

  /** The viewing server takes this term and activates. */
  record TakeOver(long term, String why, int rule) implements Decision {}

  /** The active server drains and hands over. */
  record HandOver(ServerId successor, String why, int rule) implements Decision {}
}
