package mainstay.persistence.resync.core;

import java.util.List;
import mainstay.persistence.resync.core.Column.Kind;

/**
 * What a table holds that is the same in all databases.
 *
 * @param keys how many of the columns, from the first on, tell rows apart
 * @param growth what may happen to a row while services write
 */
public record Table(String name, List<Column> columns, int keys, Growth growth) {

  /** Decides what is done with a row that the side known to be right lacks or holds otherwise. */
  public enum Growth {
    /** Rows come, change and go. */
    FREE,
    /** Rows come and stay as they are: none is removed while services write. */
    ONLY_NEW,
    /** As {@link #ONLY_NEW}, and the number of a row, its second column, only grows. */
    RISING
  }

  /** Every column but {@code ordering}, which each database counts for itself. */
  public static final Table EVENT_JOURNAL = new Table(
      "event_journal",
      List.of(
          text("persistence_id"),
          number("sequence_number"),
          new Column("deleted", Kind.BOOL),
          text("writer"),
          number("write_timestamp"),
          text("adapter_manifest"),
          new Column("event_ser_id", Kind.INT),
          text("event_ser_manifest"),
          bytes("event_payload"),
          new Column("meta_ser_id", Kind.INT),
          text("meta_ser_manifest"),
          bytes("meta_payload"),
          bytes("chain")),
      2,
      Growth.FREE);

  /** By the key of the event, since the number that the table itself refers to differs between databases. */
  public static final Table EVENT_TAG = new Table(
      "event_tag",
      List.of(text("persistence_id"), number("sequence_number"), text("tag")),
      3,
      Growth.FREE);

  public static final Table SNAPSHOT = new Table(
      "snapshot",
      List.of(
          text("persistence_id"),
          number("sequence_number"),
          number("created"),
          new Column("snapshot_ser_id", Kind.INT),
          text("snapshot_ser_manifest"),
          bytes("snapshot_payload"),
          new Column("meta_ser_id", Kind.INT),
          text("meta_ser_manifest"),
          bytes("meta_payload")),
      2,
      Growth.FREE);

  public static final Table SERVICE_TERM = new Table(
      "service_term",
      List.of(text("service"), number("term"), text("server"), text("incarnation")),
      1,
      Growth.RISING);

  public static final Table SERVICE_TERM_HISTORY = new Table(
      "service_term_history",
      List.of(
          text("service"),
          number("term"),
          text("server"),
          text("incarnation"),
          text("why"),
          time("taken_at")),
      2,
      Growth.ONLY_NEW);

  public static final Table WRITTEN_OFF =
      new Table("written_off", List.of(text("server"), text("incarnation")), 2, Growth.ONLY_NEW);

  public static final Table SAMPLE_SERIES =
      new Table("sample_series", List.of(number("id"), text("name")), 1, Growth.ONLY_NEW);

  public static final Table SAMPLE = new Table(
      "sample",
      List.of(
          number("series_id"),
          number("ts_ms"),
          new Column("val", Kind.DOUBLE),
          new Column("quality", Kind.SHORT),
          new Column("check_sum", Kind.INT)),
      2,
      Growth.FREE);

  public static final Table ACTIVE_SET_HISTORY = new Table(
      "active_set_history",
      List.of(number("epoch"), text("members"), text("why"), text("by_whom"), time("at")),
      1,
      Growth.ONLY_NEW);

  /** Renewed by its holder all the time, with times of its own: copied while nobody writes, never compared. */
  public static final Table LEASE = new Table(
      "lease",
      List.of(text("name"), text("owner"), number("version"), time("expires")),
      1,
      Growth.FREE);

  /** All that are equal in all databases, in an order in which they can be filled. */
  public static final List<Table> COMPARED = List.of(
      EVENT_JOURNAL,
      EVENT_TAG,
      SNAPSHOT,
      SERVICE_TERM,
      SERVICE_TERM_HISTORY,
      WRITTEN_OFF,
      SAMPLE_SERIES,
      SAMPLE,
      ACTIVE_SET_HISTORY);

  public List<Column> key() {
    return columns.subList(0, keys);
  }

  /** The columns beside the key; there may be none. */
  public List<Column> others() {
    return columns.subList(keys, columns.size());
  }

  /** Position from 0. */
  public int position(String column) {
    for (int i = 0; i < columns.size(); i++) {
      if (columns.get(i).name().equals(column)) {
        return i;
      }
    }
    throw new IllegalArgumentException("table " + name + " has no column " + column);
  }

  private static Column text(String name) {
    return new Column(name, Kind.TEXT);
  }

  private static Column number(String name) {
    return new Column(name, Kind.LONG);
  }

  private static Column bytes(String name) {
    return new Column(name, Kind.BYTES);
  }

  private static Column time(String name) {
    return new Column(name, Kind.TIME);
  }
}
