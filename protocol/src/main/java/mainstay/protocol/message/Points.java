package mainstay.protocol.message;

/** Requests about the values of points, to the service {@code configuration}. */
public final class Points {
  private Points() {}

  public sealed interface Read extends ServiceRequest.Read permits GetValue, ListPoints {}

  public sealed interface Write extends ServiceRequest.Write permits SetValue {}

  public record SetValue(String point, double value, Precondition precondition) implements Write {}

  public record GetValue(String point) implements Read {}

  public record ListPoints() implements Read {}
}
