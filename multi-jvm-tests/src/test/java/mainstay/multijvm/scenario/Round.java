package mainstay.multijvm.scenario;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** One of the {@code -Drounds=} times that a campaign does something, with what chance decides in it, {@code -Dseed=}. */
record Round(int number, SplittableRandom chance) {
  private static final long SEED = Long.getLong("seed", System.nanoTime());
  private static final int ROUNDS = Integer.getInteger("rounds", 1);

  static {
    System.out.println("campaign " + options());
  }

  /** With which the campaign is repeated. */
  static String options() {
    return "--seed " + SEED + " --rounds " + ROUNDS;
  }

  static Stream<Round> all() {
    var chance = new SplittableRandom(SEED);
    return IntStream.rangeClosed(1, ROUNDS).mapToObj(number -> new Round(number, chance.split()));
  }

  Duration millis(int shortest, int longest) {
    return Duration.ofMillis(chance.nextInt(shortest, longest + 1));
  }

  /** The same things in a random order. */
  <T> List<T> shuffled(List<T> things) {
    var left = new ArrayList<>(things);
    var order = new ArrayList<T>();
    while (!left.isEmpty()) {
      order.add(left.remove(chance.nextInt(left.size())));
    }
    return order;
  }

  @Override
  public String toString() {
    return "round " + number;
  }
}
