package mainstay.http.route;

import java.security.SecureRandom;
import java.util.Base64;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Ids for requests whose sender gave no idempotency key: a random part of this run, which no client can guess, and a
 * counter.
 */
final class RequestIds {
  private static final int RANDOM_BYTES = 12;

  private final String run;
  private final AtomicLong last = new AtomicLong();

  RequestIds() {
    byte[] random = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(random);
    this.run = Base64.getUrlEncoder().withoutPadding().encodeToString(random) + ".";
  }

  String next() {
    return run + Long.toString(last.incrementAndGet(), Character.MAX_RADIX);
  }
}
