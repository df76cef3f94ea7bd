/** What a synchronisation or a scrub compares, and which side is right. */
package mainstay.persistence.resync.core;
