package mainstay.protocol.model;

/**
 * What holds for a data gathering engine as a whole. An engine that a device names works without it.
 *
 * @param id identity of the engine: {@code main} for the service {@code dge/main}
 */
public record Dge(String id, String name, PerformanceDatabase performanceDatabase)
    implements ConfigurationObject {
  @Override
  public ObjectKind objectKind() {
    return ObjectKind.DGE;
  }
}
