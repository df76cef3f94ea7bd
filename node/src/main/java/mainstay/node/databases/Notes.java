package mainstay.node.databases;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** What this coordinator found at the databases, for those who look at them; nothing is decided by it. */
final class Notes {
  private final Map<String, String> sentences = new HashMap<>();
  private final Map<String, String> journalHashes = new HashMap<>();
  private Optional<Instant> checkedAt = Optional.empty();

  void put(String database, String sentence) {
    sentences.put(database, sentence);
  }

  void remove(String database) {
    sentences.remove(database);
  }

  void keep(Predicate<String> databases) {
    sentences.keySet().removeIf(databases.negate());
  }

  Optional<String> of(String database) {
    return Optional.ofNullable(sentences.get(database));
  }

  void checked(Map<String, String> hashes, Instant at) {
    journalHashes.putAll(hashes);
    checkedAt = Optional.of(at);
  }

  /** Empty before the first check. */
  String journalHash(String database) {
    return journalHashes.getOrDefault(database, "");
  }

  Optional<Instant> checkedAt(String database) {
    return checkedAt.filter(at -> journalHashes.containsKey(database));
  }
}
