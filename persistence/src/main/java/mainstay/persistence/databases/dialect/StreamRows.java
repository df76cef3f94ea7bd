package mainstay.persistence.databases.dialect;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import mainstay.persistence.journal.core.Chain;
import mainstay.persistence.journal.core.StreamEnd;

/** What all vendors answer in the same form when they are asked for the ends of streams. */
public final class StreamRows {
  private StreamRows() {}

  /**
   * @param row stream, sequence number or null, chain or null
   * @return of every stream, also of those without a row
   */
  public static Map<String, StreamEnd> ends(ResultSet row, List<String> streams)
      throws SQLException {
    var ends = new HashMap<String, StreamEnd>();
    streams.forEach(stream -> ends.put(stream, StreamEnd.none()));
    while (row.next()) {
      byte[] chain = row.getBytes(3);
      ends.put(
          row.getString(1), new StreamEnd(row.getLong(2), chain == null ? Chain.start() : chain));
    }
    return ends;
  }
}
