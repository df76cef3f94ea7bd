package mainstay.persistence.term;

import java.util.Optional;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.Fence;

/**
 * A write was refused because its term is not the current one. Nothing of it was stored. Whoever wrote it is not active
 * any more and has to step down.
 */
public final class StaleTermException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient Fence fence;
  private final transient Activation current;

  public StaleTermException(Fence fence, Optional<Activation> current) {
    super("term " + fence.term() + " of service " + fence.service() + " is not current: "
        + current
            .map(held ->
                "term " + held.term() + " is held by " + held.server() + "/" + held.incarnation())
            .orElse("nobody has ever taken one"));
    this.fence = fence;
    this.current = current.orElse(null);
  }

  /** What the write claimed. */
  public Fence fence() {
    return fence;
  }

  /** What the database held when it refused; empty if the service never had a term. */
  public Optional<Activation> current() {
    return Optional.ofNullable(current);
  }
}
