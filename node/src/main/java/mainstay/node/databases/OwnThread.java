package mainstay.node.databases;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;

/** The thread of the coordinator. All its parts live there and nowhere else; what ends elsewhere is brought back. */
interface OwnThread {
  /** Called from any thread. */
  void run(Runnable work);

  /** @param work gets the result or the failure; the other one is null */
  <T> void after(CompletionStage<T> stage, BiConsumer<T, Throwable> work);

  /** Replaces what waits under the same key. */
  void later(String key, Duration delay, Runnable work);

  void cancel(String key);
}
