/**
 * How a request ends without success. {@link mainstay.http.error.ProblemKind} is the one table from cause to HTTP
 * status; whoever notices a fault throws a {@link mainstay.http.error.ProblemException}, and the dispatcher turns it
 * into an {@code application/problem+json} document.
 */
package mainstay.http.error;
