/**
 * Traffic, and the history of it. A driver writes and reads points over HTTP, all on one monotonic clock
 * ({@link mainstay.multijvm.workload.DriverClock}), every written value unique, and records one
 * {@link mainstay.multijvm.workload.Operation} for each thing a client asked for, however often it had to be repeated.
 *
 * <p>What an outcome means is the base of every proof, so it is decided in one place
 * ({@link mainstay.multijvm.workload.RepeatingClient}): an answer 2xx is {@code OK}; an explicit refusal (4xx but 408 and
 * 429) is {@code FAIL}, it had no effect; everything else (time-out, lost connection, 429, 5xx) is repeated with the same
 * {@code Idempotency-Key} until a limit and is then {@code INFO}: it may have taken effect, may do so later, or never. A
 * process number that ended in {@code INFO} is never used again.
 */
package mainstay.multijvm.workload;
