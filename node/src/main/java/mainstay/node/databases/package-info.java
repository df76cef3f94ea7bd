/**
 * Which databases count. Every server has a voter, whose word is durable before it is given, and a coordinator; one of the
 * coordinators acts at a time, and two that act at once are harmless, for what counts is what a majority of the voters
 * has accepted. {@link mainstay.node.databases.DatabaseCoordination} starts all of it.
 */
package mainstay.node.databases;
