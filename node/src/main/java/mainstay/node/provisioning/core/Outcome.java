package mainstay.node.provisioning.core;

import java.util.List;

/**
 * What a rule decided.
 *
 * @param events to store before the reply is sent; empty for a refusal and for a repetition
 */
public record Outcome<E, R>(List<E> events, R reply) {
  public Outcome {
    events = List.copyOf(events);
  }

  static <E, R> Outcome<E, R> store(E event, R reply) {
    return new Outcome<>(List.of(event), reply);
  }

  static <E, R> Outcome<E, R> answer(R reply) {
    return new Outcome<>(List.of(), reply);
  }
}
