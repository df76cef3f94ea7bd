package mainstay.node.dge;

/** How a poll ended. */
public sealed interface PollResult {
  /** @param value finite, in the unit of the test's kind */
  record Measured(double value) implements PollResult {
    public Measured {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException("a measured value must be finite, not " + value);
      }
    }
  }

  /** @param reason short, for people */
  record Failed(String reason) implements PollResult {}
}
