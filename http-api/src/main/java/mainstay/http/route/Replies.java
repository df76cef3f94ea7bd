package mainstay.http.route;

import mainstay.protocol.message.ServiceReply;

/** Checks that a service answered in kind. */
final class Replies {
  private Replies() {}

  /** @throws IllegalStateException if it is another reply: the service and this API disagree on the protocol */
  static <T extends ServiceReply> T expect(Class<T> type, ServiceReply reply) {
    if (!type.isInstance(reply)) {
      throw new IllegalStateException(
          "expected a " + type.getSimpleName() + ", but the service answered " + reply);
    }
    return type.cast(reply);
  }
}
