/**
 * Makes the content of databases equal, and finds out where it is not. {@link mainstay.persistence.resync.Resynchronisation}
 * fills a database that was away while services go on writing; {@link mainstay.persistence.resync.ContentScrub} compares
 * those that count and says which copy is damaged. Both walk the tables by ranges of keys and compare digests that each
 * database computes of its own rows, so what is equal is never sent.
 */
package mainstay.persistence.resync;
