package mainstay.persistence.resync.core;

/** @param hash see {@link Digest} */
public record RowHash(Key key, long hash) {}
