package mainstay.persistence.databases.dialect;

import java.sql.PreparedStatement;
import java.sql.SQLException;

/** Sets the parameters of a statement that was handed in; the first has the number that is passed. */
@FunctionalInterface
public interface Parameters {
  void set(PreparedStatement statement, int first) throws SQLException;
}
