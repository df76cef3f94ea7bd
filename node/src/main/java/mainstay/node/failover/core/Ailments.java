package mainstay.node.failover.core;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import mainstay.protocol.model.Fitness;

/**
 * What a server finds wrong with itself, with patience in both directions: one bad look means nothing, and one good look
 * after bad ones does not either, or a service would wander with every flicker of a link. Time is an argument, in
 * nanoseconds of a monotonic clock.
 */
public final class Ailments {
  /** What is looked at. */
  public enum Aspect {
    DATABASES,
    DISK,
    JOURNAL,
    CLOCK
  }

  private final int badLooks;
  private final Duration soundFor;
  private final Map<Aspect, Course> courses = new EnumMap<>(Aspect.class);

  /** One aspect so far. */
  private static final class Course {
    private int badInARow;
    private boolean everSound;
    private Optional<String> complaint = Optional.empty();
    private Optional<Long> soundSince = Optional.empty();
  }

  /**
   * @param badLooks in a row that make a server unfit
   * @param soundFor how long an aspect must have been sound before its complaint is over
   */
  public Ailments(int badLooks, Duration soundFor) {
    this.badLooks = badLooks;
    this.soundFor = soundFor;
  }

  /** @param complaint of one look, as the end of a sentence that begins with the server; empty if all is well */
  public void looked(Aspect aspect, Optional<String> complaint, long now) {
    var course = courses.computeIfAbsent(aspect, a -> new Course());
    if (complaint.isPresent()) {
      course.badInARow++;
      course.soundSince = Optional.empty();
      if (course.badInARow >= badLooks || course.complaint.isPresent()) {
        course.complaint = complaint;
      }
      return;
    }
    course.badInARow = 0;
    long since = course.soundSince.orElse(now);
    course.soundSince = Optional.of(since);
    // What has never been sound has only just begun, as at every start.
    if (!course.everSound || now - since >= soundFor.toNanos()) {
      course.complaint = Optional.empty();
    }
    course.everSound = true;
  }

  /** In the order of the aspects. */
  public Fitness fitness() {
    return new Fitness(
        courses.values().stream().flatMap(course -> course.complaint.stream()).toList());
  }
}
