/**
 * The resources of the API. Each class declares its {@link mainstay.http.route.Endpoint}s: method, path, needed role,
 * handler. {@link mainstay.http.route.RouteTable} finds the endpoint of a request, and
 * {@link mainstay.http.route.Dispatcher} does what is the same for all: who asks, may he, what came of it, how long it
 * took. A handler throws {@link mainstay.http.error.ProblemException} for every expected refusal.
 */
package mainstay.http.route;
