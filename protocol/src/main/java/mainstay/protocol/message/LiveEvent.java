package mainstay.protocol.message;

import java.time.Instant;
import java.util.Map;

/**
 * Something that happened, for those who watch this node; published on the node's event stream.
 *
 * @param type for example {@code service-activated}, {@code server-status}, {@code configuration-changed},
 *     {@code point-value}
 */
public record LiveEvent(String type, Instant at, Map<String, String> fields) {}
