/**
 * One fault each. A {@link mainstay.multijvm.nemesis.Nemesis} does something to one server or database, a {@link
 * mainstay.multijvm.nemesis.WideNemesis} to many at once or to the network, proves by {@code /proc} or the tables of the
 * kernel that it was really so, and leaves a {@link mainstay.multijvm.workload.FaultEvent} in the history.
 */
package mainstay.multijvm.nemesis;
