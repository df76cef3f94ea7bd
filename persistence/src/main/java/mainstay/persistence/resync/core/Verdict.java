package mainstay.persistence.resync.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Which copies of a row are right, where the databases do not hold it alike. */
public sealed interface Verdict {
  /** One sentence that names the row. */
  String why();

  /** Content of these databases is wrong or lost. */
  record Damaged(List<String> databases, String why) implements Verdict {}

  /** Nobody has been promised the row yet, and it does no harm: these get it too. */
  record RollForward(String from, List<String> to, String why) implements Verdict {}

  /** Nothing says which copy is right. */
  record Undecidable(String why) implements Verdict {}

  /**
   * The row of one database.
   *
   * @param lost if it is absent: whether that can only be a loss
   */
  record Copy(boolean present, long hash, Proof proof, boolean lost) {
    public static Copy of(long hash, Proof proof) {
      return new Copy(true, hash, proof, false);
    }

    public static Copy absent(boolean lost) {
      return new Copy(false, 0, Proof.NONE, lost);
    }
  }

  /** Whether there is nothing to decide: all are there and alike, and none is wrong. */
  static boolean agree(Map<String, Copy> copies) {
    return copies.values().stream().allMatch(copy -> copy.present() && copy.proof() != Proof.WRONG)
        && copies.values().stream().map(Copy::hash).distinct().count() <= 1;
  }

  /**
   * In this order: a copy that is wrong by its own check is damaged; of copies that all may be right the majority of the
   * databases is; a copy that is absent is lost, or not there yet.
   *
   * @param copies by name of the database; they do not {@link #agree}
   */
  static Verdict of(Table table, Key key, Map<String, Copy> copies) {
    var row = table.name() + " " + key;
    var wrong = names(copies, copy -> copy.proof() == Proof.WRONG);
    var sound = new TreeMap<>(copies);
    wrong.forEach(sound::remove);
    var present = names(sound, Copy::present);
    if (!wrong.isEmpty()) {
      return present.isEmpty() && copies.size() > 1
          ? new Undecidable(row + " is damaged, and no database has a sound copy")
          : new Damaged(wrong, row + " does not match its own check");
    }
    var byHash = new TreeMap<Long, List<String>>();
    present.forEach(name -> byHash
        .computeIfAbsent(sound.get(name).hash(), hash -> new ArrayList<>())
        .add(name));
    if (byHash.size() > 1) {
      for (var equal : byHash.values()) {
        if (2 * equal.size() > copies.size()) {
          var others = new ArrayList<>(present);
          others.removeAll(equal);
          return new Damaged(others, row + " differs from the other databases, which agree");
        }
      }
      return new Undecidable(row + " differs between " + String.join(", ", present)
          + ", and each copy is sound by itself");
    }
    var lost = names(sound, copy -> !copy.present() && copy.lost());
    return lost.isEmpty()
        ? new RollForward(
            present.get(0),
            names(sound, copy -> !copy.present()),
            row + " was only in " + String.join(", ", present))
        : new Damaged(lost, row + " is missing");
  }

  private static List<String> names(Map<String, Copy> copies, Predicate<Copy> which) {
    return copies.entrySet().stream()
        .filter(copy -> which.test(copy.getValue()))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }
}
