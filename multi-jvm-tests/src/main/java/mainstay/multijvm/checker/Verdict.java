package mainstay.multijvm.checker;

import java.util.List;

/**
 * @param invariant number and name, for people
 * @param examined what the verdict rests on, with numbers; an invariant that was never put to the test shows here
 * @param violations sentences with the evidence; empty = held
 */
public record Verdict(String invariant, String examined, List<String> violations) {
  private static final int SHOWN = 20;

  public Verdict {
    violations = List.copyOf(violations);
  }

  public boolean held() {
    return violations.isEmpty();
  }

  @Override
  public String toString() {
    if (held()) {
      return invariant + ": held (" + examined + ")";
    }
    var text = new StringBuilder(
        invariant + ": VIOLATED " + violations.size() + " times (" + examined + ")");
    violations.stream().limit(SHOWN).forEach(v -> text.append("\n  ").append(v));
    if (violations.size() > SHOWN) {
      text.append("\n  and ").append(violations.size() - SHOWN).append(" more");
    }
    return text.toString();
  }
}
