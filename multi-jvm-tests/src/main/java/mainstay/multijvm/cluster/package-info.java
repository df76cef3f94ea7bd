/**
 * The product as an operator sees it. A {@link mainstay.multijvm.cluster.Cluster} is processes of the packaged program that
 * are signalled: those of the demo ({@link mainstay.multijvm.cluster.DemoCluster}), or each on a host of its own, with a
 * network between them that can be cut ({@link mainstay.multijvm.cluster.HostCluster}, {@link
 * mainstay.multijvm.cluster.Hosts}). {@link mainstay.multijvm.cluster.AdminClient} speaks HTTP to one server. Every wait has
 * a limit and says on failure what it saw last.
 */
package mainstay.multijvm.cluster;
