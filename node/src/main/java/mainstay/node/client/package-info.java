/**
 * A client of the HTTP API that survives failovers: it knows several servers, repeats a write with the same key until it
 * is answered, and says whether what was not answered may have happened.
 */
package mainstay.node.client;
