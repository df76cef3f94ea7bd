package mainstay.protocol.model;

import java.util.regex.Pattern;

/**
 * Name of a service: a job that exactly one server does at a time. {@code configuration} is the provisioning
 * authority, {@code dge/<identity>} gathers data, {@code supervisor} is the cluster's one head.
 */
public record ServiceName(String value) implements Comparable<ServiceName> {
  private static final Pattern FORM =
      Pattern.compile("[a-z][a-z0-9-]{0,30}(/[a-z0-9][a-z0-9._-]{0,62})?");
  private static final String DGE_PREFIX = "dge/";

  public static final ServiceName CONFIGURATION = new ServiceName("configuration");
  /** Fences the journal of the cluster singleton; it follows the singleton and has no server list. */
  public static final ServiceName SUPERVISOR = new ServiceName("supervisor");

  public ServiceName {
    if (!FORM.matcher(value).matches()) {
      throw new IllegalArgumentException(
          "service name '" + value
              + "' must be a kind such as 'configuration', or a kind, a slash and an identity such as 'dge/main'");
    }
  }

  public static ServiceName dge(String identity) {
    return new ServiceName(DGE_PREFIX + identity);
  }

  public boolean isDge() {
    return value.startsWith(DGE_PREFIX);
  }

  /** The identity of a data gathering engine: {@code main} for {@code dge/main}. */
  public String dgeIdentity() {
    if (!isDge()) {
      throw new IllegalStateException("service " + value + " is not a data gathering engine");
    }
    return value.substring(DGE_PREFIX.length());
  }

  @Override
  public int compareTo(ServiceName other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
