package mainstay.multijvm.workload;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Everything a run recorded, and all that a checker may read. Safe for use by many threads while it grows; grows by the
 * length of the run (about 300 bytes an entry). Kept on disk as JSON lines.
 */
public final class History {
  private static final JsonMapper JSON = JsonMapper.builder()
      .enable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
      .build();
  private static final ObjectWriter WRITER = JSON.writerFor(Entry.class);
  private static final ObjectReader READER = JSON.readerFor(Entry.class);

  private final List<Entry> entries = new ArrayList<>();

  public History() {}

  public History(List<? extends Entry> entries) {
    this.entries.addAll(entries);
  }

  public synchronized void add(Entry entry) {
    entries.add(entry);
  }

  public void addAll(List<? extends Entry> more) {
    more.forEach(this::add);
  }

  /** In the order in which they were recorded. */
  public synchronized List<Entry> entries() {
    return List.copyOf(entries);
  }

  /** By start. */
  public List<Operation> operations() {
    return sorted(Operation.class, Comparator.comparingLong(Operation::start));
  }

  /** By the time of the answer. */
  public List<RoleSample> roles() {
    return sorted(RoleSample.class, Comparator.comparingLong(RoleSample::end));
  }

  /** By start. */
  public List<FaultEvent> faults() {
    return sorted(FaultEvent.class, Comparator.comparingLong(FaultEvent::start));
  }

  /** As recorded. */
  public List<TermTaken> terms() {
    return of(TermTaken.class).toList();
  }

  /** As recorded. */
  public List<JournalRow> journal() {
    return of(JournalRow.class).toList();
  }

  public void save(Path file) throws IOException {
    try (var out = Files.newBufferedWriter(file)) {
      for (var entry : entries()) {
        out.write(WRITER.writeValueAsString(entry));
        out.newLine();
      }
    }
  }

  /** @throws IOException naming file and line if a line is not an entry */
  public static History load(Path file) throws IOException {
    var history = new History();
    try (var in = Files.newBufferedReader(file)) {
      int number = 0;
      for (var line = in.readLine(); line != null; line = in.readLine()) {
        number++;
        try {
          history.add(READER.readValue(line));
        } catch (IOException e) {
          throw new IOException(
              file + ":" + number + " is not an entry of a history: " + e.getMessage(), e);
        }
      }
    }
    return history;
  }

  private <E extends Entry> List<E> sorted(Class<E> type, Comparator<E> order) {
    return of(type).sorted(order).toList();
  }

  private <E extends Entry> Stream<E> of(Class<E> type) {
    return entries().stream().filter(type::isInstance).map(type::cast);
  }
}
