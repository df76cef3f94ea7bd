package mainstay.node;

import akka.actor.typed.ActorSystem;
import akka.serialization.Serialization;
import akka.serialization.SerializationExtension;
import akka.serialization.Serializers;
import java.util.List;
import mainstay.protocol.message.FailoverAgent;
import mainstay.protocol.message.ServiceHost;
import mainstay.protocol.model.Position;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServiceName;

/**
 * Writes messages as they go to another server and reads them again. What a message needs for that is built when the first
 * of its kind comes, tens of milliseconds each, and most of these come first when a service moves.
 */
final class Wire {
  private static final int REPETITIONS = 20;

  private final ActorSystem<?> system;
  private final Serialization serialization;

  Wire(ActorSystem<?> system) {
    this.system = system;
    this.serialization = SerializationExtension.get(system.classicSystem());
  }

  /** The message as the other server sees it. */
  <T> T cross(T message) {
    var serializer = serialization.findSerializerFor(message);
    var bytes = serialization.serialize(message).get();
    @SuppressWarnings("unchecked")
    var arrived = (T) serialization
        .deserialize(bytes, serializer.identifier(), Serializers.manifestFor(serializer, message))
        .get();
    return arrived;
  }

  /** What is said once in each planned move. */
  void crossMessagesOfMoves(ServiceName service, long term, ServerId server) {
    var why = "warm-up";
    var messages = List.of(
        new FailoverAgent.HandOver(why, service, term, server, why, 0, false, system.ignoreRef()),
        new ServiceHost.AcceptService(term, Position.EMPTY, why, 0, false, system.ignoreRef()),
        new ServiceHost.ServiceAccepted(false, term, why),
        new FailoverAgent.HandOverResult(why, false, term, 0, why));
    for (int i = 0; i < REPETITIONS; i++) {
      messages.forEach(this::cross);
    }
  }
}
