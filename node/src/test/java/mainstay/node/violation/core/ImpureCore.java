package mainstay.node.violation.core;

import akka.actor.typed.ActorRef;
import java.sql.Connection;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import mainstay.node.violation.Plumbing;
import mainstay.protocol.model.ServiceName;

/** Does what a core must not, beside two things it may. */
public record ImpureCore(ActorRef<String> actor, Connection connection, Plumbing plumbing) {
  public List<ServiceName> allowed() {
    return List.of(ServiceName.CONFIGURATION);
  }

  public Instant clock() {
    return Instant.now().plusNanos(System.nanoTime());
  }

  public int chance() {
    return ThreadLocalRandom.current().nextInt();
  }
}
