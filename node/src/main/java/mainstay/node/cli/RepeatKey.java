package mainstay.node.cli;

import java.util.Map;
import java.util.UUID;
import picocli.CommandLine.Option;

/** The option of every write: the same key again means the same write, done once. */
final class RepeatKey {
  @Option(
      names = "--idempotency-key",
      paramLabel = "KEY",
      description =
          "Repeat an earlier write whose outcome is unknown; it is not done twice. Default: a new one.")
  private String key;

  Map<String, String> headers() {
    return Map.of("Idempotency-Key", key != null ? key : UUID.randomUUID().toString());
  }
}
