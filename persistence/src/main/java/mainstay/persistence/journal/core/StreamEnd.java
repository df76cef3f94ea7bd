package mainstay.persistence.journal.core;

/**
 * The last event of a stream.
 *
 * @param sequence 0 if the stream has none
 * @param chain hash beside it, to which the next event's is chained
 */
public record StreamEnd(long sequence, byte[] chain) {
  /** Of a stream without events. */
  public static StreamEnd none() {
    return new StreamEnd(0, Chain.start());
  }
}
