package mainstay.http.security;

/** A token file cannot be made, read or trusted; the message says which, why and what to do. */
public final class TokenFileException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  TokenFileException(String message) {
    super(message);
  }

  TokenFileException(String message, Throwable cause) {
    super(message + ": " + cause, cause);
  }
}
