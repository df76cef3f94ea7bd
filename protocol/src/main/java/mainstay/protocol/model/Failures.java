package mainstay.protocol.model;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** What failures of stages say, without the wrapping that the stages put around them. */
public final class Failures {
  private Failures() {}

  public static Throwable cause(Throwable failure) {
    return (failure instanceof CompletionException || failure instanceof ExecutionException)
            && failure.getCause() != null
        ? cause(failure.getCause())
        : failure;
  }

  /** The message of the cause; its name where it has none. */
  public static String message(Throwable failure) {
    var cause = cause(failure);
    return cause.getMessage() == null ? cause.toString() : cause.getMessage();
  }
}
