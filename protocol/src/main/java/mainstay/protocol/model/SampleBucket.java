package mainstay.protocol.model;

import java.time.Instant;

/**
 * Samples of one series that fall into one step of time; only samples with a value count.
 *
 * @param time start of the step
 */
public record SampleBucket(
    Instant time, double minimum, double maximum, double average, long count) {}
