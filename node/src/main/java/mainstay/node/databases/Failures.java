package mainstay.node.databases;

import java.util.concurrent.CompletionException;

/** What failures of stages say. */
final class Failures {
  private Failures() {}

  static String message(Throwable failure) {
    var cause = failure instanceof CompletionException && failure.getCause() != null
        ? failure.getCause()
        : failure;
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}
