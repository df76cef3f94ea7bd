package mainstay.protocol.model;

/**
 * The right that a write claims: it belongs to this term of this service. What is written to refuses it when a
 * higher term is stored.
 */
public record Fence(ServiceName service, long term) {}
