package mainstay.node.databases;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import mainstay.node.databases.core.DropPolicy.Probe;
import mainstay.protocol.model.ServerId;

/** All servers were asked about databases; compared by identity. */
final class Inquiry {
  private final long question;
  private final Duration limit;
  private final long askedNanos = System.nanoTime();
  private final Map<String, Map<ServerId, Probe>> probes = new HashMap<>();
  private final Consumer<Inquiry> look;
  private boolean over;

  Inquiry(long question, Duration limit, Consumer<Inquiry> look) {
    this.question = question;
    this.limit = limit;
    this.look = look;
  }

  long question() {
    return question;
  }

  /** After it no more answers are waited for. */
  Duration limit() {
    return limit;
  }

  Duration waited() {
    return over ? limit : Duration.ofNanos(System.nanoTime() - askedNanos);
  }

  boolean isOver() {
    return over;
  }

  /** By database and server, as far as they have come. */
  Map<String, Map<ServerId, Probe>> probes() {
    return probes;
  }

  void answered(ServerId voter, String database, Probe probe) {
    probes.computeIfAbsent(database, name -> new HashMap<>()).put(voter, probe);
    look.accept(this);
  }

  void lookAgain() {
    look.accept(this);
  }

  void end() {
    over = true;
    look.accept(this);
  }
}
