package mainstay.protocol.model;

/**
 * Who holds a term of a service.
 *
 * @param term grows with every activation of the service, never reused
 * @param incarnation tells apart the runs of one server; a restarted server has another one
 */
public record Activation(ServiceName service, long term, ServerId server, String incarnation) {
  public Fence fence() {
    return new Fence(service, term);
  }
}
