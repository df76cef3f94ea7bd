package mainstay.protocol.violation;

import mainstay.persistence.violation.PersistenceThatKnowsTheNode;

/** Knows a module that stands above its own. */
public record ProtocolThatKnowsPersistence(PersistenceThatKnowsTheNode persistence) {}
