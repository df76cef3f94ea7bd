package mainstay.protocol.model;

/**
 * Who serves a service, and when it returns.
 *
 * @param id name of the service, or {@code default} for every service without settings of its own
 * @param configurationOnBackup whether configuration changes are accepted while a backup serves; looked at for the
 *     service {@code configuration} only
 */
public record ServiceSettings(
    String id, ServerList serverList, FailbackPolicy policy, boolean configurationOnBackup)
    implements ConfigurationObject {
  /** Id of the settings that hold for every service without its own. */
  public static final String DEFAULT_ID = "default";

  @Override
  public ObjectKind objectKind() {
    return ObjectKind.SERVICE;
  }
}
