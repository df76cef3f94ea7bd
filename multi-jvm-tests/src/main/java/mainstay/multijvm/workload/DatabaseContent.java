package mainstay.multijvm.workload;

import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** All that one database holds and that all databases of a cluster have to hold alike, as it was at one moment. */
public interface DatabaseContent {

  /** Name of the database. */
  String database();

  /** Names of its tables, in order. */
  List<String> tables() throws SQLException;

  /** The rows of a table in the order of their key. */
  Rows rows(String table) throws SQLException;

  /** Read once, from the first to the last. */
  interface Rows extends AutoCloseable {
    /** Names of the compared columns, those of the key first. */
    List<String> columns();

    /** How many of the columns are the key. */
    int keyColumns();

    /** The values of the next row as text; empty at the end. */
    Optional<List<String>> next() throws SQLException;

    @Override
    void close() throws SQLException;
  }
}
