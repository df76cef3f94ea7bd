package mainstay.node.databases.core;

import java.util.Optional;
import mainstay.protocol.model.PerformanceDatabase;
import mainstay.protocol.model.ServerId;

/**
 * Databases that share one active set: those of the installation, or a list of them for samples. What tells them apart
 * in files, messages and logs.
 *
 * @param name in {@code mainstay.sample-databases}; empty for those of the installation
 * @param identity of the cluster that its databases belong to, where that is known before the first start
 */
public record DatabaseList(String name, Optional<String> identity) {
  public static final DatabaseList INSTALLATION = new DatabaseList("", Optional.empty());

  private static final String LOGGER = "mainstay.databases";

  /** A cluster for samples, the same on every server. */
  public static DatabaseList cluster(String name) {
    return new DatabaseList(name, Optional.empty());
  }

  /** The one database for samples that belongs to a server alone; that of another server is none of its own. */
  public static DatabaseList local(ServerId server) {
    return new DatabaseList(
        PerformanceDatabase.LOCAL_LIST,
        Optional.of(PerformanceDatabase.LOCAL_LIST + " to server " + server));
  }

  public boolean isInstallation() {
    return name.isEmpty();
  }

  /** Where the file of a server lists them. */
  public String key() {
    return isInstallation() ? "mainstay.databases" : "mainstay.sample-databases." + name;
  }

  /** Such as {@code database-voter-plant}. */
  public String actor(String kind) {
    return isInstallation() ? kind : kind + "-" + name;
  }

  /** The option of commands that name it. */
  public String option() {
    return isInstallation() ? "" : " --cluster " + name;
  }

  public String logger() {
    return isInstallation() ? LOGGER : LOGGER + "." + name;
  }

  /** In the data directory: what the voter of this server has said. */
  public String voterFile() {
    return isInstallation() ? "active-set.json" : "active-set-" + name + ".json";
  }
}
