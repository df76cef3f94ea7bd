package mainstay.protocol.model;

import java.time.Instant;
import java.util.Optional;

/**
 * One measured value of a series.
 *
 * @param time when it was measured, to the millisecond; with the series it identifies the sample
 * @param value empty if the poll failed
 */
public record Sample(String series, Instant time, Optional<Double> value, Quality quality) {}
