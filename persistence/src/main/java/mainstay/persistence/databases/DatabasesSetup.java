package mainstay.persistence.databases;

import akka.actor.setup.Setup;

/**
 * Given at the creation of the actor system ({@code BootstrapSetup … .and(new DatabasesSetup("1f3c"))}).
 *
 * <p>{@code incarnation} tells apart the runs of one server: 1 to 22 letters, digits and hyphens. It is the one that
 * activations carry, for the sessions of a previous holder are found by it.
 */
public final class DatabasesSetup extends Setup {
  private final String incarnation;

  public DatabasesSetup(String incarnation) {
    this.incarnation = incarnation;
  }

  public String incarnation() {
    return incarnation;
  }
}
