package mainstay.http.route;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Looks through the wrappers that stages put around an exception. */
final class Failures {
  private Failures() {}

  static Throwable cause(Throwable failure) {
    Throwable cause = failure;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }
}
