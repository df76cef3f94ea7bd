/**
 * JSON of the API. What goes out are records of this package, so that a change of the cluster's own messages does not
 * change the API by accident; what comes in is read field by field ({@link mainstay.http.json.Fields}), so that one
 * answer names every fault with its path.
 */
package mainstay.http.json;
