package mainstay.node.dge.core;

import java.util.regex.Pattern;

/** The HTTP statuses that count as success, both ends included. */
public record ExpectedStatus(int lowest, int highest) {
  /** What counts where a test does not say: success and redirections, which are not followed. */
  public static final ExpectedStatus DEFAULT = new ExpectedStatus(200, 399);

  private static final Pattern FORM = Pattern.compile("([1-5]\\d\\d)(?:-([1-5]\\d\\d))?");

  /**
   * Reads {@code 204} or {@code 200-299}.
   *
   * @throws IllegalArgumentException if the text is neither, or the range is empty
   */
  public static ExpectedStatus parse(String text) {
    var match = FORM.matcher(text.strip());
    if (match.matches()) {
      int lowest = Integer.parseInt(match.group(1));
      int highest = match.group(2) == null ? lowest : Integer.parseInt(match.group(2));
      if (lowest <= highest) {
        return new ExpectedStatus(lowest, highest);
      }
    }
    throw new IllegalArgumentException("parameter expectStatus '" + text
        + "' must be a status such as 204 or a range such as 200-299");
  }

  public boolean matches(int status) {
    return lowest <= status && status <= highest;
  }

  @Override
  public String toString() {
    return lowest == highest ? "" + lowest : lowest + "-" + highest;
  }
}
