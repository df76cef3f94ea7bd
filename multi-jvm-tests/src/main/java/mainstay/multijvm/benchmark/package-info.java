/**
 * Programs that measure, run by {@code multi-jvm-tests/benchmark}. They print distributions, never a single figure, and run
 * the same client against a system of reference in the same run where one is installed.
 */
package mainstay.multijvm.benchmark;
