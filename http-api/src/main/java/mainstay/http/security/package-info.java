/** Who may do what: four bearer tokens, one for each role, kept in files that only their owner can read. */
package mainstay.http.security;
