package mainstay.persistence.resync;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.LongConsumer;
import mainstay.persistence.databases.SqlWork;
import mainstay.persistence.resync.RangeSync.Depth;
import mainstay.persistence.resync.StorageSql.Place;
import mainstay.persistence.resync.core.Difference;
import mainstay.persistence.resync.core.Digest;
import mainstay.persistence.resync.core.Heads;
import mainstay.persistence.resync.core.KeyRange;
import mainstay.persistence.resync.core.StreamDigests;
import mainstay.persistence.resync.core.Table;

/**
 * Compares and fills whole tables of two databases, and changes the target only. Of tables that services append to, whose
 * keys are a stream and a number in it, what was appended is found by the ends of the streams, and where the vendor can do
 * it rows are read in the order in which they are stored, since to jump between them by key costs most of the time. All
 * else is left to {@link RangeSync}.
 */
final class TableSync {
  private static final Set<Table> STREAMS = Set.of(Table.EVENT_JOURNAL, Table.SAMPLE);

  /** Ranges of which one statement speaks. */
  private static final int AT_ONCE = 10_000;

  /** Where more streams differ, all of the table is compared by key. */
  private static final int LOOKED_AT = 1_000;

  /** PostgreSQL's SQLState of a key that is there already. */
  private static final String TWICE = "23505";

  private final Sides sides;
  private final ResyncSettings settings;
  private final Pace pace;
  private final LongConsumer walked;
  private final RangeSync ranges;

  /**
   * @param walked told of rows of the source that have been looked at or copied
   * @param ranges works on the same sides
   */
  TableSync(
      Sides sides, ResyncSettings settings, Pace pace, LongConsumer walked, RangeSync ranges) {
    this.sides = sides;
    this.settings = settings;
    this.pace = pace;
    this.walked = walked;
    this.ranges = ranges;
  }

  /**
   * Makes a table of the target what it is at the source, while nobody else writes to the target. What comes to the source
   * meanwhile is left for {@link #refill}.
   *
   * @return rows that were copied or removed
   */
  long fill(Table table) throws SQLException {
    var storage = storage();
    if (storage.isEmpty() || !STREAMS.contains(table)) {
      return ranges.fill(table, KeyRange.ALL, Depth.CONTENT);
    }
    var target = sides.target();
    if (target.sql().isEmpty(target.session(), table, KeyRange.ALL)) {
      var copied = copyAsStored(storage.get(), table);
      if (copied.isPresent()) {
        return copied.getAsLong();
      }
    }
    long changed = follow(table);
    for (var range : apart(storage.get(), table)) {
      changed += ranges.fill(table, range, Depth.CONTENT);
    }
    return changed;
  }

  /**
   * Copies all rows that there are, by their place.
   *
   * @return empty if some were not: a row that has been changed meanwhile has another place and came twice
   */
  private OptionalLong copyAsStored(StorageSql storage, Table table) throws SQLException {
    var source = sides.source();
    long copied = 0;
    for (var place : storage.places(source.session(), table, settings.pieceRows())) {
      pace.check();
      SqlWork<Long> copy =
          session -> RowTransfer.stream(source, sides.target(), storage.copy(table, place));
      try {
        long rows = sides.change(copy);
        walked.accept(rows);
        copied += counted(rows);
      } catch (SQLException e) {
        if (!TWICE.equals(e.getSQLState())) {
          throw e;
        }
        return OptionalLong.empty();
      }
    }
    return OptionalLong.of(copied);
  }

  /**
   * Copies what has come to a table since it was filled, at a fraction of the cost. What has changed besides is left for
   * a comparison.
   *
   * @return rows that were copied or removed
   */
  long refill(Table table) throws SQLException {
    if (STREAMS.contains(table)) {
      return follow(table);
    }
    boolean even =
        sides.ask(side -> side.sql().count(side.session(), table, KeyRange.ALL)).equal();
    return even ? 0 : ranges.fill(table, KeyRange.ALL, Depth.COUNT);
  }

  /**
   * Copies what the streams of the source have behind the ends of those of the target, while nobody else writes to the
   * target.
   */
  private long follow(Table table) throws SQLException {
    for (long copied = 0; ; ) {
      pace.check();
      var heads = heads(table);
      var behind = heads.here().beyond(heads.there());
      var some = behind.subList(0, Math.min(behind.size(), AT_ONCE));
      SqlWork<Long> copy = session ->
          RowTransfer.ranges(sides.source(), sides.target(), table, some, settings.pieceRows());
      long rows = some.isEmpty() ? 0 : counted(sides.change(copy));
      copied += rows;
      if (rows == 0 || rows < settings.pieceRows() && some.size() == behind.size()) {
        return copied;
      }
    }
  }

  /**
   * Keys of rows that the two do not hold alike, while services write to both: some of them are merely under way.
   *
   * @param limit about how many are enough
   */
  List<Difference> differences(Table table, int limit) throws SQLException {
    var storage = storage();
    if (storage.isEmpty() || !STREAMS.contains(table)) {
      return ranges.differences(table, KeyRange.ALL, limit);
    }
    var found = new ArrayList<Difference>();
    for (var range : apart(storage.get(), table)) {
      if (found.size() < limit) {
        found.addAll(ranges.differences(table, range, limit - found.size()));
      }
    }
    return found;
  }

  /**
   * Ranges outside of which the two hold the same. What comes while it is looked for, and changes nothing that was there,
   * is not in them.
   */
  private List<KeyRange> apart(StorageSql storage, Table table) throws SQLException {
    var heads = heads(table);
    var common = heads.here().common(heads.there());
    var streams = streamsApart(storage, table, common);
    if (streams.size() > LOOKED_AT) {
      return List.of(KeyRange.ALL);
    }
    var apart = new ArrayList<KeyRange>();
    streams.forEach(stream -> apart.add(Heads.whole(stream)));
    for (var stream : common.last().keySet()) {
      boolean even = heads.here().last().get(stream).equals(heads.there().last().get(stream));
      if (!even && !streams.contains(stream)) {
        apart.add(common.behind(stream));
      }
    }
    return apart;
  }

  @FunctionalInterface
  private interface Content {
    Map<Object, Digest> of(Side side, Place place) throws SQLException;

    /** Of two databases with equal content one may have fewer places. */
    default Map<Object, Digest> of(Side side, List<Place> places, int number) throws SQLException {
      return number < places.size() ? of(side, places.get(number)) : Map.of();
    }
  }

  /** Streams of which the two hold different rows up to these ends. */
  private Set<Object> streamsApart(StorageSql storage, Table table, Heads ends)
      throws SQLException {
    var quick = sides.quick();
    Content content = (side, place) -> storage.digests(side.session(), table, place, ends, quick);
    var places = sides.ask(side -> storage.places(side.session(), table, settings.pieceRows()));
    var here = new StreamDigests();
    var there = new StreamDigests();
    for (int i = 0; i < Math.max(places.here().size(), places.there().size()); i++) {
      pace.check();
      int place = i;
      var some = sides.ask(
          side -> content.of(side, places.here(), place),
          side -> content.of(side, places.there(), place));
      here.add(some.here());
      there.add(some.there());
      long rows = some.here().values().stream().mapToLong(Digest::rows).sum();
      walked.accept(rows);
      pace.rows(rows);
    }
    return here.apart(there);
  }

  private Sides.Both<Heads> heads(Table table) throws SQLException {
    return sides.ask(side -> side.sql().heads(side.session(), table));
  }

  /** If both sides have it. */
  private Optional<StorageSql> storage() throws SQLException {
    return RowTransfer.ofOneKind(sides.source(), sides.target())
        ? sides.source().sql().storage()
        : Optional.empty();
  }

  private long counted(long rows) {
    pace.copied(rows);
    pace.rows(rows);
    return rows;
  }
}
