package mainstay.node.dge.core;

import java.time.Instant;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.TestDefinition;

/**
 * One poll that is to start now.
 *
 * @param number tells this poll apart from all others of the same schedule
 * @param time stamp of the sample that will come out of it, see {@link PollSchedule}
 */
public record Poll(long number, Device device, TestDefinition test, Instant time) {}
