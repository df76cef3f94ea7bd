package mainstay.protocol.query;

import java.util.List;

/**
 * What was found in all places where samples of a series may stand.
 *
 * @param missing those that gave no answer in time, such as {@code server bravo} or {@code cluster plant}: what they have
 *     is not in it
 */
public record Found<T>(T value, List<String> missing) {
  public Found {
    missing = List.copyOf(missing);
  }
}
