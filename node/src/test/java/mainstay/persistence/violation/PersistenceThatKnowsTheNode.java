package mainstay.persistence.violation;

import mainstay.node.violation.Plumbing;

/** Knows a module that stands above its own. */
public record PersistenceThatKnowsTheNode(Plumbing plumbing) {}
