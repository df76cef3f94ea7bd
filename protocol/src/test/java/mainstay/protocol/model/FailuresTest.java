package mainstay.protocol.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

class FailuresTest {
  @Test
  void whatStagesPutAroundAFailureIsNotSaid() {
    var cause = new IOException("db1 is not there");
    var wrapped = new ExecutionException(new CompletionException(cause));

    assertThat(Failures.cause(wrapped)).isSameAs(cause);
    assertThat(Failures.message(wrapped)).isEqualTo("db1 is not there");
    assertThat(Failures.message(cause)).isEqualTo("db1 is not there");
  }

  @Test
  void whatHasNoMessageIsNamed() {
    assertThat(Failures.message(new CompletionException(null, new IOException())))
        .isEqualTo("java.io.IOException");
    assertThat(Failures.message(new CompletionException("alone", null))).isEqualTo("alone");
  }
}
