package mainstay.persistence.lease;

import mainstay.persistence.databases.SessionName;

/**
 * Something to do with the lease in all written databases. It may be done by several servers at the same time and more
 * than once.
 *
 * @param owner as Akka names who asks
 * @param run of the server that asks; one that is written off acquires nothing
 * @param version number that was drawn for one time of holding the lease
 * @param timeoutMillis how long the lease lives from when this reaches a database
 */
public record LeaseOrder(
    Kind kind, String lease, String owner, SessionName run, long version, long timeoutMillis) {
  public enum Kind {
    ACQUIRE,
    RENEW,
    RELEASE
  }

  String operation() {
    return (switch (kind) {
          case ACQUIRE -> "acquire";
          case RENEW -> "renew";
          case RELEASE -> "release";
        })
        + " lease " + lease;
  }
}
