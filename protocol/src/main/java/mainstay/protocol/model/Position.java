package mainstay.protocol.model;

/**
 * How far a copy of a service's state is.
 *
 * @param sequence number of events applied, over all streams of the service
 * @param hash over every applied event in hexadecimal; two copies at one sequence with one hash hold the same state
 */
public record Position(long sequence, String hash) {
  public static final Position EMPTY = new Position(0, "");
}
