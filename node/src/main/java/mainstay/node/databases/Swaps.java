package mainstay.node.databases;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import mainstay.node.databases.core.Agreed;
import mainstay.node.databases.core.FirstSet;
import mainstay.node.databases.core.Swap;
import mainstay.protocol.model.DatabaseAddress;

/** What a {@link Swap} needs of the databases. */
final class Swaps {
  private Swaps() {}

  /** What the active ones hold, by the names of their addresses. Fails if one does not answer. */
  static CompletionStage<Map<String, FirstSet.Content>> lookAtActive(
      DatabaseLink link, Agreed agreed, Duration limit) {
    Map<String, FirstSet.Content> contents = new ConcurrentHashMap<>();
    return CompletableFuture.allOf(agreed.set().active().stream()
            .map(name -> link.look(address(agreed, name), limit)
                .thenAccept(content -> contents.put(name, content))
                .toCompletableFuture())
            .toArray(CompletableFuture<?>[]::new))
        .thenApply(all -> contents);
  }

  static CompletionStage<Void> putRight(DatabaseLink link, Agreed agreed, Swap swap) {
    return CompletableFuture.allOf(swap.found().entrySet().stream()
        .map(found ->
            link.rename(address(agreed, found.getKey()), found.getValue()).toCompletableFuture())
        .toArray(CompletableFuture<?>[]::new));
  }

  private static DatabaseAddress address(Agreed agreed, String name) {
    return agreed.set().member(name).orElseThrow().database();
  }
}
