package mainstay.protocol.model;

/**
 * Something that is watched.
 *
 * @param dge identity of the data gathering engine that polls it; all tests of a device run on one engine
 * @param address host name or IP address
 */
public record Device(String id, String name, String dge, String address, boolean enabled)
    implements ConfigurationObject {
  @Override
  public ObjectKind objectKind() {
    return ObjectKind.DEVICE;
  }
}
