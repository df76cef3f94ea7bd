/**
 * One invariant each, decided from nothing but a {@link mainstay.multijvm.workload.History}: pure, without a clock, and
 * tested with histories that break it. A checker that cannot decide says so and does not pass.
 */
package mainstay.multijvm.checker;
