package mainstay.protocol.model;

/** On whose behalf a request is made; the name goes into the history of every change. */
public record Principal(String name, Role role) {}
