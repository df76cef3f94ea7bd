/**
 * The data gathering engine: polls the tests of one identity ({@code dge/<identity>}) and hands the samples to a
 * store. {@link mainstay.node.dge.DgeEngineActor} runs what {@link mainstay.node.dge.core} decides; a
 * {@link mainstay.node.dge.Poller} per kind of test looks at devices. An engine lives as long as one term of its
 * service: whoever activates the service starts an engine, and it ends by itself when the store refuses its term.
 *
 * <p>Phases of an engine: <i>gathering</i>: {@code Stop} -> finishing polls; <i>finishing polls</i>: no poll runs, or
 * time is up -> writing the rest; <i>writing the rest</i>: buffer empty, or time is up -> ended; any phase: stale
 * term -> ended.
 */
package mainstay.node.dge;
