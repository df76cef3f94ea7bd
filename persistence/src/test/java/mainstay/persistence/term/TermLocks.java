package mainstay.persistence.term;

import mainstay.protocol.model.ServiceName;

/** Shows the key of a service's lock to the tests of other packages. */
public final class TermLocks {
  private TermLocks() {}

  public static long of(ServiceName service) {
    return TermFence.lock(service);
  }
}
