package mainstay.node.host.core;

import java.util.Optional;
import java.util.Set;

/** The states of a service's streams, by persistence id, at one moment. */
public interface Streams {
  /** Empty if nothing was ever stored in that stream. */
  Optional<Object> state(String persistenceId);

  Set<String> persistenceIds();
}
