/** What this layer measures of itself: requests by route and status, and the JVM. */
package mainstay.http.metrics;
