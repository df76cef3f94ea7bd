/**
 * The product as an operator sees it: {@link mainstay.multijvm.cluster.DemoCluster} starts the packaged program as
 * processes and signals them, {@link mainstay.multijvm.cluster.AdminClient} speaks HTTP to one server. Every wait
 * has a limit and says on failure what it saw last.
 */
package mainstay.multijvm.cluster;
