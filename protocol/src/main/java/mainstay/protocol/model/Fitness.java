package mainstay.protocol.model;

import java.util.List;

/** What a server says of its own ability to serve; unfit servers come after all fit ones (rule 2). */
public record Fitness(List<String> complaints) {
  public static final Fitness FIT = new Fitness(List.of());

  public Fitness {
    complaints = List.copyOf(complaints);
  }

  public boolean fit() {
    return complaints.isEmpty();
  }
}
