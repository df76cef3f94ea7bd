package mainstay.persistence.schema;

/** The tables in a database are not such as this program may use. The message says what to do. */
public final class SchemaException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  SchemaException(String message) {
    super(message);
  }
}
