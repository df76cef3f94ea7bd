package mainstay.multijvm.checker;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import mainstay.multijvm.workload.History;
import mainstay.multijvm.workload.Operation;

/**
 * I2: operations on one key look as if each took effect at one moment between its start and its end. An operation of
 * unknown outcome may take effect at any time after its start, or never. A compare-and-set that was refused with 412 found
 * another revision; any other refusal had no effect and is left out.
 *
 * <p>Gives up on a key after {@value #STEP_LIMIT} steps of the search, and that is a violation: not proven.
 */
public final class LinearizablePerKey implements Checker {
  static final long STEP_LIMIT = 20_000_000;

  @Override
  public Verdict check(History history) {
    var violations = new ArrayList<String>();
    var byKey = history.operations().stream()
        .collect(Collectors.groupingBy(Operation::key, LinkedHashMap::new, Collectors.toList()));
    byKey.forEach(
        (key, operations) -> checkKey(operations).ifPresent(v -> violations.add(key + ": " + v)));
    return new Verdict(
        "I2 linearizable per key",
        history.operations().size() + " operations on " + byKey.size() + " keys",
        violations);
  }

  private static Optional<String> checkKey(List<Operation> operations) {
    var register = RegisterHistory.of(operations);
    if (register.contradiction().isPresent()) {
      return register.contradiction();
    }
    return new LinearizationSearch(register.calls(), STEP_LIMIT).run();
  }
}
