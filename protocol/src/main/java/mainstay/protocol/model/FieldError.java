package mainstay.protocol.model;

/**
 * What is wrong with one part of an input.
 *
 * @param path where, for example {@code /parameters/url}
 * @param message what is wrong and what would be right
 */
public record FieldError(String path, String message) {}
