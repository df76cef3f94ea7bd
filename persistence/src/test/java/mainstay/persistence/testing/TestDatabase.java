package mainstay.persistence.testing;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import mainstay.protocol.model.ServiceName;

/** A database server of some vendor for tests, and what tests must say to each vendor in its own way. */
public interface TestDatabase extends AutoCloseable {
  /** As in {@code mainstay.databases}. */
  String vendor();

  String user();

  Path passwordFile();

  /** Address of a new, empty database. */
  String newDatabase() throws SQLException;

  /** A session beside those of the product. Points in time are UTC. */
  Connection connect(String url) throws SQLException;

  /** The same under the name of a server's sessions. */
  Connection connect(String url, String sessionName) throws SQLException;

  /** Signal 9 to all of its processes. */
  void kill();

  void restart();

  /** Takes the locks that a write of this service holds, until the end of the transaction. */
  void holdAsWriter(Connection session, ServiceName service) throws SQLException;

  /** Sessions of one database that wait for a lock of epoch or service. */
  int waiting(String url) throws SQLException;

  /** An expression: the seconds since 1970 of a point in time. */
  String seconds(String column);

  /** An expression: what tells this session from the others. */
  String sessionNumber();

  @Override
  void close() throws IOException;
}
