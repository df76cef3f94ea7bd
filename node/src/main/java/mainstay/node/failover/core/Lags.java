package mainstay.node.failover.core;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import mainstay.protocol.model.ServerId;

/**
 * How late the reports of each other server arrive: from the sending, by the sender's wall clock, to the arrival, by this
 * one's. Of the reports of the last while the one that was least on its way tells most of the clocks, so the least counts;
 * a pause of either process, or a slow network, is forgotten as long as one report in that time went through. Time is an
 * argument, in nanoseconds of a monotonic clock.
 */
public final class Lags {
  private final long halfNanos;
  private final Map<ServerId, Course> courses = new HashMap<>();

  /** Least of this half of the window, and of the one before. */
  private record Course(String incarnation, long begun, Duration least, Duration before) {
    Course with(Duration lag) {
      return new Course(incarnation, begun, lesser(least, lag), before);
    }

    Duration leastOfBoth() {
      return lesser(least, before);
    }
  }

  /** @param window what arrived longer ago is forgotten; what arrived in the later half of it counts */
  public Lags(Duration window) {
    halfNanos = window.dividedBy(2).toNanos();
  }

  /** @param lag of one report of this run of a server */
  public void arrived(ServerId server, String incarnation, Duration lag, long now) {
    courses.compute(server, (name, course) -> next(course, incarnation, lag, now));
  }

  private Course next(Course course, String incarnation, Duration lag, long now) {
    if (course == null || !course.incarnation().equals(incarnation) || isOver(course, now)) {
      return new Course(incarnation, now, lag, lag);
    }
    return now - course.begun() < halfNanos
        ? course.with(lag)
        : new Course(incarnation, now, lag, course.least());
  }

  /** By server; without those that have been silent for the window. */
  public Map<String, Duration> least(long now) {
    var all = new TreeMap<String, Duration>();
    courses.values().removeIf(course -> isOver(course, now));
    courses.forEach((server, course) -> all.put(server.value(), course.leastOfBoth()));
    return all;
  }

  private boolean isOver(Course course, long now) {
    return now - course.begun() >= 2 * halfNanos;
  }

  private static Duration lesser(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }
}
