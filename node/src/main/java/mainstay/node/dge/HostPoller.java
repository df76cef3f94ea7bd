package mainstay.node.dge;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletionStage;
import mainstay.node.dge.core.ProcFiles;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.TestDefinition;

/**
 * CPU, memory and disk of the machine that runs the engine, in percent; the device's address plays no part. Linux is
 * asked by {@code /proc}, other systems by the JVM.
 */
final class HostPoller implements Poller {
  private static final Path STAT = Path.of("/proc/stat");
  private static final Path MEMINFO = Path.of("/proc/meminfo");
  /** Polls that come closer together share one measurement: over less time the kernel's ticks are too coarse. */
  private static final Duration SHORTEST_CPU_SPAN = Duration.ofMillis(500);

  private final PollThreads threads;
  private final OperatingSystemMXBean system =
      (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
  private CpuReading cpu;

  /** @param percent over the time since the reading before; empty for the first */
  private record CpuReading(ProcFiles.CpuTimes times, long nanos, OptionalDouble percent) {}

  HostPoller(PollThreads threads) {
    this.threads = threads;
    this.cpu = cpuTimes()
        .map(times -> new CpuReading(times, System.nanoTime(), OptionalDouble.empty()))
        .orElse(null);
  }

  @Override
  public CompletionStage<PollResult> poll(Device device, TestDefinition test) {
    String metric = test.parameters().getOrDefault("metric", "");
    return switch (metric) {
      case "cpu" -> threads.run(this::cpu, test.timeout());
      case "memory" -> threads.run(this::memory, test.timeout());
      case "disk" ->
        threads.run(
            () -> disk(Path.of(test.parameters().getOrDefault("path", "/"))), test.timeout());
      default ->
        throw new IllegalArgumentException(
            "parameter metric '" + metric + "' must be cpu, memory or disk");
    };
  }

  /** Busy share of all processors since the poll before. */
  private synchronized PollResult cpu() {
    if (cpu == null) {
      double load = system.getCpuLoad();
      return load < 0
          ? new PollResult.Failed("the system does not tell its CPU load")
          : new PollResult.Measured(100 * load);
    }
    long nanos = System.nanoTime();
    if (cpu.percent().isEmpty() || nanos - cpu.nanos() >= SHORTEST_CPU_SPAN.toNanos()) {
      var times = cpuTimes()
          .orElseThrow(() -> new IllegalStateException(STAT + " cannot be read any more"));
      var percent = times.percentSince(cpu.times());
      if (percent.isPresent()) {
        cpu = new CpuReading(times, nanos, percent);
      }
    }
    return cpu.percent().isPresent()
        ? new PollResult.Measured(cpu.percent().getAsDouble())
        : new PollResult.Failed("measuring the CPU has only just begun");
  }

  private PollResult memory() throws IOException {
    var used = Files.isReadable(MEMINFO)
        ? ProcFiles.memoryUsedPercent(Files.readString(MEMINFO))
        : OptionalDouble.empty();
    long total = system.getTotalMemorySize();
    return new PollResult.Measured(
        used.orElseGet(() -> 100.0 * (total - system.getFreeMemorySize()) / total));
  }

  /** As {@code df} counts: what is reserved for the administrator is neither used nor free. */
  private static PollResult disk(Path path) throws IOException {
    if (!Files.exists(path)) {
      return new PollResult.Failed("path " + path + " does not exist");
    }
    var store = Files.getFileStore(path);
    double used = store.getTotalSpace() - store.getUnallocatedSpace();
    double size = used + store.getUsableSpace();
    return size > 0
        ? new PollResult.Measured(100 * used / size)
        : new PollResult.Failed("the file system of " + path + " has no size");
  }

  private static Optional<ProcFiles.CpuTimes> cpuTimes() {
    try {
      return Files.isReadable(STAT)
          ? Optional.of(ProcFiles.cpuTimes(Files.readString(STAT)))
          : Optional.empty();
    } catch (IOException e) {
      throw new IllegalStateException("cannot read " + STAT + ": " + e.getMessage(), e);
    }
  }
}
