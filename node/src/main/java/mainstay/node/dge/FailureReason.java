package mainstay.node.dge;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpTimeoutException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import mainstay.protocol.model.DurationText;

/** Words for what went wrong, short enough for a line of the log. */
final class FailureReason {
  private static final int MOST_CHARACTERS = 200;

  private FailureReason() {}

  /** Why a poll or a write gave nothing within its limit. */
  static String of(Throwable failure, Duration limit) {
    String reason = words(unwrapped(failure), limit).strip().replaceAll("\\s+", " ");
    return reason.length() <= MOST_CHARACTERS
        ? reason
        : reason.substring(0, MOST_CHARACTERS - 1) + "…";
  }

  /** The failure without the wrappers that futures put around it. */
  static Throwable unwrapped(Throwable failure) {
    var inner = failure;
    while ((inner instanceof CompletionException || inner instanceof ExecutionException)
        && inner.getCause() != null) {
      inner = inner.getCause();
    }
    return inner;
  }

  private static String words(Throwable failure, Duration limit) {
    if (failure instanceof TimeoutException || failure instanceof HttpTimeoutException) {
      return "no answer within " + DurationText.format(limit);
    }
    if (failure instanceof UnknownHostException) {
      return "unknown host " + failure.getMessage();
    }
    if (failure instanceof ConnectException) {
      return "cannot connect: " + detail(failure);
    }
    if (failure instanceof IllegalArgumentException
        || failure instanceof RejectedExecutionException) {
      return detail(failure);
    }
    return failure.getClass().getSimpleName()
        + (failure.getMessage() == null ? "" : ": " + failure.getMessage());
  }

  /** The first message on the way to the cause; the HTTP client wraps without one. */
  private static String detail(Throwable failure) {
    for (var cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException) {
        return "unknown host";
      }
      if (cause.getMessage() != null) {
        return cause.getMessage();
      }
    }
    return failure.getClass().getSimpleName();
  }
}
