/** Agreement on the databases that count, as functions of values: register, first set, what to drop, when to return. */
package mainstay.node.databases.core;
