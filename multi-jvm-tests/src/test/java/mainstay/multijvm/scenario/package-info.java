/**
 * What the product does under faults: workload, nemesis and checkers against a cluster of processes. One cluster per class,
 * brought back to its healthy state before each test. Needs the packaged program.
 */
package mainstay.multijvm.scenario;
