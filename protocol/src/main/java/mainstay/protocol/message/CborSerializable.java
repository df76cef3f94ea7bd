package mainstay.protocol.message;

/** Marks what crosses the network or is stored; bound to the CBOR serializer of Jackson. */
public interface CborSerializable {}
