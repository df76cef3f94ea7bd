package mainstay.http.violation;

import java.sql.Connection;
import mainstay.node.violation.Plumbing;

/** Knows what only the modules behind it may know. */
public record HttpThatKnowsTablesAndActors(Connection connection, Plumbing plumbing) {}
