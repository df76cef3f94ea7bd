/**
 * What a data gathering engine decides: when which test is polled ({@link mainstay.node.dge.core.PollSchedule}),
 * which samples are written next ({@link mainstay.node.dge.core.SampleBuffer}), and what the texts mean that pollers
 * read. No clock and no thread: time is an argument, the answer is a value.
 */
package mainstay.node.dge.core;
