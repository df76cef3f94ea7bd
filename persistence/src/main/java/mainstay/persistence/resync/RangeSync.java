package mainstay.persistence.resync;

import java.math.BigInteger;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongConsumer;
import mainstay.persistence.databases.SqlWork;
import mainstay.persistence.resync.Sides.Both;
import mainstay.persistence.resync.core.Difference;
import mainstay.persistence.resync.core.Difference.Kind;
import mainstay.persistence.resync.core.Digest;
import mainstay.persistence.resync.core.Key;
import mainstay.persistence.resync.core.KeyRange;
import mainstay.persistence.resync.core.Table;

/**
 * Walks tables of two databases by ranges of keys of the source, and changes the target only. What was done before a
 * crash is found equal by its digest and skipped, so nothing has to be remembered.
 */
final class RangeSync {
  /** Where more of a range differs than one row in so many, it is copied as a whole. */
  private static final int SPARSE = 4;

  /** A range of which little differs is looked at in so many parts before rows are compared. */
  private static final int NARROWER = 16;

  private final Sides sides;
  private final Side source;
  private final Side target;
  private final ResyncSettings settings;
  private final Pace pace;
  private final LongConsumer walked;

  /** @param walked told of rows of the source that have been looked at or copied */
  RangeSync(Sides sides, ResyncSettings settings, Pace pace, LongConsumer walked) {
    this.sides = sides;
    this.source = sides.source();
    this.target = sides.target();
    this.settings = settings;
    this.pace = pace;
    this.walked = walked;
  }

  /** How two ranges are found equal. */
  enum Depth {
    /** By the number of their rows: finds what came since the content was compared, at a fraction of the cost. */
    COUNT,
    CONTENT
  }

  /**
   * Makes a range of the target what it is at the source, while nobody else writes to the target. What the source gets meanwhile, behind
   * the place where the walk is, is left for another call.
   *
   * @return rows that were copied or removed
   */
  long fill(Table table, KeyRange whole, Depth depth) throws SQLException {
    long changed = 0;
    // What goes through this program in batches is kept small.
    int piece =
        RowTransfer.streams(source, target, table) ? settings.pieceRows() : settings.chunkRows();
    boolean nothingBehind = isEmptyBehind(table, Optional.of(whole));
    for (var rest = Optional.of(whole); rest.isPresent(); ) {
      var range = next(table, rest.get(), nothingBehind ? piece : settings.pieceRows());
      if (nothingBehind) {
        long rows = copy(table, range, false);
        walked.accept(rows);
        changed += counted(rows);
      } else {
        changed += align(table, range, depth);
        nothingBehind = isEmptyBehind(table, whole.behind(range));
      }
      rest = whole.behind(range);
    }
    return changed;
  }

  /**
   * Keys of rows of a range that the two do not hold alike, while services write to both: some of them are merely under way.
   *
   * @param limit about how many are enough
   */
  List<Difference> differences(Table table, KeyRange whole, int limit) throws SQLException {
    var found = new ArrayList<Difference>();
    for (var rest = Optional.of(whole); rest.isPresent() && found.size() < limit; ) {
      var range = next(table, rest.get(), settings.pieceRows());
      for (var part : differing(table, range, Depth.CONTENT)) {
        found.addAll(counting(table, compare(table, part.range())));
      }
      rest = whole.behind(range);
    }
    return found;
  }

  /** Those of the keys that the two do not hold alike. */
  List<Difference> differences(Table table, Collection<Key> keys) throws SQLException {
    pace.check();
    return counting(
        table,
        Difference.between(
            source.sql().hashes(source.session(), table, keys),
            target.sql().hashes(target.session(), table, keys)));
  }

  /** Makes rows of the target what they are at the source, in the transaction of the target's session. */
  void repair(Table table, List<Difference> differences) throws SQLException {
    var extra = keys(differences, true);
    if (!extra.isEmpty()) {
      target.sql().delete(target.session(), table, extra);
    }
    var lacking = keys(differences, false);
    if (!lacking.isEmpty()) {
      RowTransfer.keys(source, target, table, lacking);
    }
    pace.copied(differences.size());
  }

  /** As {@link #repair}, in a transaction of its own. */
  void repairAlone(Table table, List<Difference> differences) throws SQLException {
    SqlWork<Void> repair = session -> {
      repair(table, differences);
      return null;
    };
    sides.change(repair);
    pace.rows(differences.size());
  }

  private KeyRange next(Table table, KeyRange rest, int rows) throws SQLException {
    pace.check();
    var last = source.sql().boundary(source.session(), table, rest, rows);
    return last.isPresent() ? rest.upTo(last) : rest;
  }

  /** A range that the two do not hold alike. */
  private record Part(KeyRange range, Both<Digest> digests) {
    /** Services append to many streams, so in a range of many rows often only some are new. */
    private boolean mayDifferLittle() {
      long here = digests.here().rows();
      return Math.abs(here - digests.there().rows()) < here / SPARSE;
    }
  }

  /** As a whole first, for most ranges are equal; then in parts that are small enough to compare row by row. */
  private List<Part> differing(Table table, KeyRange range, Depth depth) throws SQLException {
    var all = digests(table, range, depth);
    walked.accept(all.here().rows());
    var found = new ArrayList<Part>();
    if (!all.equal()) {
      for (var part : split(table, new Part(range, all), settings.chunkRows(), depth)) {
        found.addAll(
            part.mayDifferLittle()
                ? split(table, part, settings.chunkRows() / NARROWER, depth)
                : List.of(part));
      }
    }
    return found;
  }

  /** Those of its parts of so many rows of the source that differ. */
  private List<Part> split(Table table, Part whole, int rows, Depth depth) throws SQLException {
    var range = whole.range();
    var found = new ArrayList<Part>();
    for (var left = Optional.of(range); left.isPresent(); ) {
      var part = next(table, left.get(), Math.max(1, rows));
      var digests = part.equals(range) ? whole.digests() : digests(table, part, depth);
      if (!digests.equal()) {
        found.add(new Part(part, digests));
      }
      left = range.behind(part);
    }
    return found;
  }

  private boolean isEmptyBehind(Table table, Optional<KeyRange> rest) throws SQLException {
    return rest.isPresent() && target.sql().isEmpty(target.session(), table, rest.get());
  }

  private long align(Table table, KeyRange range, Depth depth) throws SQLException {
    long changed = 0;
    for (var part : differing(table, range, depth)) {
      changed += align(table, part);
    }
    return changed;
  }

  private long align(Table table, Part part) throws SQLException {
    var range = part.range();
    if (part.digests().there().rows() == 0) {
      return counted(copy(table, range, false));
    }
    var differences = compare(table, range);
    long extra = differences.stream().filter(d -> d.kind() == Kind.EXTRA).count();
    if (differences.size() > settings.chunkRows() / SPARSE && extra < differences.size()) {
      return counted(copy(table, range, true));
    }
    if (!differences.isEmpty()) {
      repairAlone(table, differences);
    }
    return differences.size();
  }

  private long copy(Table table, KeyRange range, boolean clear) throws SQLException {
    SqlWork<Long> copy = session -> {
      if (clear) {
        target.sql().delete(session, table, range);
      }
      return RowTransfer.range(source, target, table, range);
    };
    return sides.change(copy);
  }

  private long counted(long rows) {
    pace.copied(rows);
    pace.rows(rows);
    return rows;
  }

  private Both<Digest> digests(Table table, KeyRange range, Depth depth) throws SQLException {
    var quick = depth == Depth.CONTENT ? sides.quick() : OptionalLong.empty();
    var digests = sides.ask(side -> digest(side, table, range, depth, quick));
    if (depth == Depth.CONTENT) {
      pace.rows(digests.here().rows());
    }
    return digests;
  }

  private static Digest digest(
      Side side, Table table, KeyRange range, Depth depth, OptionalLong quick) throws SQLException {
    if (depth == Depth.COUNT) {
      return new Digest(side.sql().count(side.session(), table, range), BigInteger.ZERO);
    }
    return quick.isPresent()
        ? side.sql().quickDigest(side.session(), table, range, quick.getAsLong())
        : side.sql().digest(side.session(), table, range);
  }

  private List<Difference> compare(Table table, KeyRange range) throws SQLException {
    var rows = sides.ask(side -> side.sql().hashes(side.session(), table, range));
    return Difference.between(rows.here(), rows.there());
  }

  private static List<Difference> counting(Table table, List<Difference> differences) {
    return differences.stream().filter(difference -> difference.counts(table)).toList();
  }

  private static List<Key> keys(List<Difference> differences, boolean extra) {
    return differences.stream()
        .filter(difference -> (difference.kind() == Kind.EXTRA) == extra)
        .map(Difference::key)
        .toList();
  }
}
