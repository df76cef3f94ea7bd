/**
 * The actors of the service {@code configuration}. Each is a stream of events: {@link
 * mainstay.node.provisioning.ProvisioningAuthorityActor} the configuration, one {@link
 * mainstay.node.provisioning.PointActor} the value of each manual point. They unpack, decide, persist and reply; all
 * rules are in {@code core}. A host starts them in the term that it holds and stops them with it; if something could not
 * be stored, an actor stops by itself and the host, which watches it, gives up the term.
 */
package mainstay.node.provisioning;
