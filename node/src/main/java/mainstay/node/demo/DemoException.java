package mainstay.node.demo;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import mainstay.persistence.embedded.EmbeddedPostgresException;

/** The demo could not do what was asked; the message says what is in the way, where, and what to do. */
public final class DemoException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  DemoException(String message) {
    super(message);
  }

  DemoException(String message, IOException cause) {
    super(message + " (" + reason(cause) + ")", cause);
  }

  DemoException(String message, EmbeddedPostgresException cause) {
    super(message + ": " + cause.getMessage(), cause);
  }

  /** The messages of these exceptions are bare file names. */
  private static String reason(IOException e) {
    if (e instanceof AccessDeniedException denied) {
      return "permission denied: " + denied.getFile();
    }
    return e instanceof FileSystemException
        ? e.getClass().getSimpleName() + ": " + e.getMessage()
        : e.getMessage();
  }
}
