package mainstay.persistence.journal;

import akka.serialization.Serialization;
import akka.serialization.Serializers;

/** To the stored form and back, by the serializers that the actor system is configured with. */
final class EventCodec {
  private final Serialization serialization;

  EventCodec(Serialization serialization) {
    this.serialization = serialization;
  }

  StoredForm encode(Object object) {
    var serializer = serialization.findSerializerFor(object);
    byte[] payload = serialization.serialize(object).get();
    return new StoredForm(
        serializer.identifier(), Serializers.manifestFor(serializer, object), payload);
  }

  Object decode(StoredForm form) {
    return serialization
        .deserialize(form.payload(), form.serializerId(), form.manifest())
        .get();
  }
}
