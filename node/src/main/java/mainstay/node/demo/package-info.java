/**
 * A whole cluster on one machine, for trying it out and for the tests under faults: servers as processes of their own and
 * a database, started, watched and stopped by {@link mainstay.node.demo.Demo}.
 *
 * <p>What runs is known from one small file per process in {@code DIR/run}, so that any later command finds it, whatever
 * became of the one that started it. A process that cannot be seen there was never started: the file is written before
 * anything else is done with the process.
 */
package mainstay.node.demo;
