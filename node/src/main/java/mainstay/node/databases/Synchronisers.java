package mainstay.node.databases;

import mainstay.persistence.databases.Database;
import mainstay.persistence.resync.Synchroniser;

/** Makes one synchronisation. */
@FunctionalInterface
public interface Synchronisers {
  Synchroniser of(Database source, Database target);
}
