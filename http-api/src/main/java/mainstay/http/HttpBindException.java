package mainstay.http;

/** The port cannot be opened; the message says which, why and what to do. */
public final class HttpBindException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  HttpBindException(String message, Throwable cause) {
    super(message, cause);
  }
}
