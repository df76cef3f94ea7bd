/**
 * One fault each. A {@link mainstay.multijvm.nemesis.Nemesis} does something to one server or database, proves by {@code /proc} that it
 * was really so, and leaves a {@link mainstay.multijvm.workload.FaultEvent} in the history.
 */
package mainstay.multijvm.nemesis;
