package mainstay.node.dge.core;

import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** Reads what Linux tells about the machine under {@code /proc}. */
public final class ProcFiles {
  private static final Pattern SPACE = Pattern.compile("\\s+");
  /** user nice system idle iowait irq softirq steal; guest time, which follows, is part of user time already. */
  private static final int CPU_FIELDS = 8;

  private static final int IDLE = 3;
  private static final int IOWAIT = 4;

  /** Time that all processors together spent since the machine started, in ticks of the kernel. */
  public record CpuTimes(long busyTicks, long totalTicks) {
    /** Busy share since an earlier reading, 0 to 100; empty if no time has passed. */
    public OptionalDouble percentSince(CpuTimes earlier) {
      long total = totalTicks - earlier.totalTicks;
      double busy = busyTicks - earlier.busyTicks;
      return total <= 0
          ? OptionalDouble.empty()
          : OptionalDouble.of(Math.max(0, Math.min(100, 100 * busy / total)));
    }
  }

  private ProcFiles() {}

  /**
   * @param stat content of {@code /proc/stat}
   * @throws IllegalArgumentException if the line of all processors is missing or too short
   */
  public static CpuTimes cpuTimes(String stat) {
    var fields = SPACE.split(
        stat.lines().filter(line -> line.startsWith("cpu ")).findFirst().orElse(""));
    if (fields.length <= IOWAIT + 1) {
      throw new IllegalArgumentException("/proc/stat has no line 'cpu' with at least five numbers");
    }
    long total = 0;
    for (int i = 0; i < Math.min(CPU_FIELDS, fields.length - 1); i++) {
      total += Long.parseLong(fields[i + 1]);
    }
    long idle = Long.parseLong(fields[IDLE + 1]) + Long.parseLong(fields[IOWAIT + 1]);
    return new CpuTimes(total - idle, total);
  }

  /**
   * Memory that programs could not get, 0 to 100.
   *
   * @param meminfo content of {@code /proc/meminfo}
   * @return empty if it lacks the total or the available amount (kernels before 3.14)
   */
  public static OptionalDouble memoryUsedPercent(String meminfo) {
    var total = amount(meminfo, "MemTotal:");
    var available = amount(meminfo, "MemAvailable:");
    return total.isEmpty() || available.isEmpty() || total.getAsLong() == 0
        ? OptionalDouble.empty()
        : OptionalDouble.of(
            100.0 * (total.getAsLong() - available.getAsLong()) / total.getAsLong());
  }

  private static OptionalLong amount(String meminfo, String name) {
    return meminfo
        .lines()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(SPACE.split(line)[1]))
        .findFirst();
  }
}
