package mainstay.http.error;

import akka.event.LoggingAdapter;
import akka.http.ParsingErrorHandler;
import akka.http.javadsl.model.HttpResponse;
import akka.http.scaladsl.model.ErrorInfo;
import akka.http.scaladsl.model.StatusCode;
import akka.http.scaladsl.settings.ServerSettings;

/**
 * Answers what is no HTTP request at all, before any route sees it, with a problem document too. Named in
 * {@code akka.http.server.parsing.error-handler}, which looks for a Scala object: hence the field.
 */
public final class ProblemParsingErrorHandler extends ParsingErrorHandler {
  public static final ProblemParsingErrorHandler MODULE$ = new ProblemParsingErrorHandler();

  private ProblemParsingErrorHandler() {}

  @Override
  public HttpResponse handle(
      StatusCode status, ErrorInfo error, LoggingAdapter log, ServerSettings settings) {
    return Problems.response(status.intValue(), error.summary());
  }
}
