package mainstay.node.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.StringJoiner;

/** Why a request was not carried out, in sentences for people. */
public abstract sealed class ApiException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ApiException(String message) {
    super(message);
  }

  /** A server answered, and the answer is no. */
  public static final class Refused extends ApiException {
    private static final long serialVersionUID = 1L;
    private final int status;

    Refused(int status, String message) {
      super(message);
      this.status = status;
    }

    /** The HTTP status. */
    public int status() {
      return status;
    }

    /** The sentence of a problem+json document, one line more for each field that is wrong. */
    static Refused of(int status, JsonNode problem) {
      String title = problem.path("title").asText("");
      String detail = problem.path("detail").asText("");
      String sentence = detail.isEmpty() ? title : detail;
      var lines = new StringJoiner("\n  ");
      lines.add(
          (sentence.isEmpty() ? "refused without a reason" : sentence) + " (HTTP " + status + ")");
      for (JsonNode error : problem.path("errors")) {
        lines.add(error.path("path").asText("") + ": " + error.path("message").asText(""));
      }
      return new Refused(status, lines.toString());
    }
  }

  /** No server could be reached, or none answered. */
  public static final class Unreachable extends ApiException {
    private static final long serialVersionUID = 1L;

    Unreachable(String message) {
      super(message);
    }
  }
}
