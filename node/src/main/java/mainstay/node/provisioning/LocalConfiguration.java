package mainstay.node.provisioning;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import mainstay.node.provisioning.core.Configuration;

/** This server's copy of the configuration, for everything on this server that lives by it. */
public final class LocalConfiguration {
  private final Map<Object, Consumer<Configuration>> listeners = new ConcurrentHashMap<>();
  private volatile Configuration latest = Configuration.initial();

  public Configuration latest() {
    return latest;
  }

  /**
   * Calls {@code listener} with every change from now on, on the thread that applies it; it must not block.
   *
   * @param owner at most one listener each; the newer replaces the older
   */
  public void onChange(Object owner, Consumer<Configuration> listener) {
    listeners.put(owner, listener);
  }

  /** A copy that is loaded anew begins before what is known already; that is not a change. */
  public void changed(Configuration configuration) {
    if (configuration.version() > latest.version()) {
      latest = configuration;
      listeners.values().forEach(listener -> listener.accept(configuration));
    }
  }
}
