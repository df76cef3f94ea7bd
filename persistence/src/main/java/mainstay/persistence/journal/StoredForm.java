package mainstay.persistence.journal;

/**
 * An object as the journal keeps it.
 *
 * @param serializerId Akka's number of the serializer
 * @param manifest what the serializer needs to know about the class; may be empty
 */
public record StoredForm(int serializerId, String manifest, byte[] payload) {}
