/** What connections to another server prove about it: pure, without sockets and clocks. */
package mainstay.node.cluster.core;
