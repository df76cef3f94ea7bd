package mainstay.node.violation.core;

import akka.actor.typed.ActorRef;
import java.net.URI;
import java.sql.Connection;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import mainstay.node.violation.Plumbing;
import mainstay.protocol.model.ServiceName;

/** Does what a core must not, beside what it may. */
public record ImpureCore(ActorRef<String> actor, Connection connection, Plumbing plumbing) {
  public List<ServiceName> allowed() {
    return List.of(ServiceName.CONFIGURATION);
  }

  public URI allowedToo() {
    return URI.create("http://127.0.0.1");
  }

  public Instant clock() {
    return Instant.now().plusNanos(System.nanoTime());
  }

  public int chance() {
    return ThreadLocalRandom.current().nextInt();
  }
}
