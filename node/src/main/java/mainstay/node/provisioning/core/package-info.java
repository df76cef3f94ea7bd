/**
 * The rules of the service {@code configuration}: what a configuration and the value of a point are, which changes are
 * accepted, and what is answered. Everything is immutable and pure; time, term and the acting server are arguments.
 *
 * <p>Start at {@link mainstay.node.provisioning.core.Configuration#decide}. The order of its checks is its contract: a
 * repeated request gets its first answer, then who may change anything now, then the precondition, then the input, then
 * whether something else depends on it.
 *
 * <p>Two kinds of streams hold the state: {@code configuration|main}, and one {@code point|<id>} per manual point. They
 * are brought together by {@link mainstay.node.provisioning.core.ConfigurationStateModel}.
 */
package mainstay.node.provisioning.core;
