package mainstay.node.violation;

/** Stands for anything of a module that is neither protocol nor core. */
public record Plumbing(String name) {}
