package mainstay.node.dge.core;

import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Reads what {@code ping -n -c1} prints. */
public final class PingOutput {
  /** iputils and BusyBox write {@code time=0.019 ms}; {@code time<1 ms} is seen too. */
  private static final Pattern TIME = Pattern.compile("\\btime[=<](\\d+(?:\\.\\d+)?) ?ms");

  /** The program names itself as it was called, so with its directory. */
  private static final Pattern OWN_ERROR = Pattern.compile("^\\S*ping: ");

  private static final Pattern FROM_ON_THE_WAY =
      Pattern.compile("^From \\S+ .*(?i:unreachable|exceeded|prohibited)");
  private static final Pattern LOSS = Pattern.compile("packet loss");

  private PingOutput() {}

  /** Round trip in milliseconds; empty if no echo came back. */
  public static OptionalDouble roundTripMillis(String output) {
    var match = TIME.matcher(output);
    return match.find()
        ? OptionalDouble.of(Double.parseDouble(match.group(1)))
        : OptionalDouble.empty();
  }

  /** What ping complains about: its own error, or an answer from on the way, or the loss; empty without any. */
  public static String complaint(String output) {
    return Stream.of(OWN_ERROR, FROM_ON_THE_WAY, LOSS)
        .flatMap(kind ->
            output.lines().map(String::strip).filter(line -> kind.matcher(line).find()))
        .findFirst()
        .orElse("");
  }
}
