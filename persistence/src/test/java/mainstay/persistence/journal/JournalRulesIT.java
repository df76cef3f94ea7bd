package mainstay.persistence.journal;

import static mainstay.persistence.testing.Server.await;
import static org.assertj.core.api.Assertions.assertThat;

import akka.persistence.DeleteMessagesSuccess;
import akka.persistence.JournalProtocol.WriteMessageFailure;
import akka.persistence.JournalProtocol.WriteMessageRejected;
import akka.persistence.JournalProtocol.WriteMessageSuccess;
import akka.persistence.journal.Tagged;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import mainstay.persistence.testing.Server;
import mainstay.persistence.testing.SharedDatabase;
import mainstay.persistence.testing.TestDatabase;
import mainstay.persistence.testing.Writer;
import mainstay.persistence.testing.Writer.Noted;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ServiceName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What Akka demands of a journal plugin (its JournalSpec), and what ours adds. */
@ExtendWith(SharedDatabase.class)
class JournalRulesIT {
  private static final ServiceName MAIN = ServiceName.dge("main");

  private TestDatabase database;
  private String url;
  private Server alpha;
  private Activation active;
  private Writer writer;

  /** No serializer is bound to it. */
  private record Foreign(String text) {}

  @BeforeEach
  void start(TestDatabase shared) throws Exception {
    database = shared;
    url = database.newDatabase();
    alpha = Server.start(database, url, "alpha", "a1");
    active = alpha.take(MAIN, 0);
    writer = new Writer(alpha.system(), "point|1");
  }

  @AfterEach
  void stop() {
    alpha.close();
  }

  @Test
  void replaysAllWithinTheLimits() {
    writer.write(active, 1, new Noted("a"), new Noted("b"), new Noted("c"));
    writer.write(active, 4, new Noted("d"), new Noted("e"));

    assertThat(writer.replay())
        .containsExactly(
            "1:" + new Noted("a"),
            "2:" + new Noted("b"),
            "3:" + new Noted("c"),
            "4:" + new Noted("d"),
            "5:" + new Noted("e"),
            "highest 5");
    assertThat(writer.replay(3, Long.MAX_VALUE, Long.MAX_VALUE)).hasSize(4);
    assertThat(writer.replay(1, 3, Long.MAX_VALUE)).hasSize(4).last().isEqualTo("highest 5");
    assertThat(writer.replay(1, Long.MAX_VALUE, 3)).hasSize(4).last().isEqualTo("highest 5");
    assertThat(writer.replay(2, 4, 2))
        .containsExactly("2:" + new Noted("b"), "3:" + new Noted("c"), "highest 5");
    assertThat(writer.replay(2, 2, 1)).containsExactly("2:" + new Noted("b"), "highest 5");
    assertThat(writer.replay(2, 4, 0)).containsExactly("highest 5");
    assertThat(writer.replay(3, 2, Long.MAX_VALUE)).containsExactly("highest 5");
    assertThat(writer.replay(9, 12, Long.MAX_VALUE)).containsExactly("highest 5");
    assertThat(new Writer(alpha.system(), "point|2").replay()).containsExactly("highest 0");
  }

  @Test
  void replaysMoreThanOneFetch() {
    var events =
        IntStream.rangeClosed(1, 1_700).mapToObj(i -> new Noted("n" + i)).toArray();
    writer.write(active, 1, events);

    assertThat(writer.replay()).hasSize(1_701).last().isEqualTo("highest 1700");
  }

  @Test
  void deletedEventsAreNotReplayedAndTheHighestNumberStays() {
    writer.write(active, 1, new Noted("a"), new Noted("b"), new Noted("c"));

    assertThat(writer.deleteTo(2)).isEqualTo(new DeleteMessagesSuccess(2));
    assertThat(writer.replay()).containsExactly("3:" + new Noted("c"), "highest 3");
    assertThat(writer.deleteTo(Long.MAX_VALUE))
        .isEqualTo(new DeleteMessagesSuccess(Long.MAX_VALUE));
    assertThat(writer.replay()).containsExactly("highest 3");
    writer.write(active, 4, new Noted("d"));
    assertThat(writer.replay()).containsExactly("4:" + new Noted("d"), "highest 4");
    assertThat(writer.deleteTo(1)).isEqualTo(new DeleteMessagesSuccess(1));
    assertThat(writer.replay()).containsExactly("4:" + new Noted("d"), "highest 4");
  }

  @Test
  void whatCannotBeSerializedIsRejectedWithItsBatchAndTheNextBatchIsStored() {
    var bad = writer.batch(
        1, Writer.fenced(active, new Noted("a")), Writer.fenced(active, new Foreign("b")));
    var good = writer.batch(3, Writer.fenced(active, new Noted("c")));

    var answers = writer.writeAll(List.of(bad, good), 3);

    assertThat(answers.get(1)).isInstanceOf(WriteMessageRejected.class);
    assertThat(answers.get(2)).isInstanceOf(WriteMessageRejected.class);
    assertThat(answers.get(3)).isInstanceOf(WriteMessageSuccess.class);
    assertThat(writer.replay()).containsExactly("3:" + new Noted("c"), "highest 3");
  }

  @Test
  void anEventThatClaimsNoTermIsRejected() {
    var answers = writer.write(1, new Noted("a"));

    assertThat(answers.get(1))
        .isInstanceOfSatisfying(
            WriteMessageRejected.class,
            rejected -> assertThat(rejected.cause()).hasMessageContaining("claims no term"));
    assertThat(writer.replay()).containsExactly("highest 0");
  }

  @Test
  void anotherWriterOfTheSameNumberFailsAndNoOther() {
    writer.write(active, 1, new Noted("a"), new Noted("b"));
    var second = new Writer(alpha.system(), "point|1");

    var answers = second.write(active, 2, new Noted("x"), new Noted("y"));

    assertThat(answers.subList(1, 3))
        .allSatisfy(answer -> assertThat(((WriteMessageFailure) answer).cause())
            .isInstanceOf(SupersededWriterException.class)
            .hasMessageContaining("point|1")
            .hasMessageContaining("sequence number 2"));
    assertThat(writer.replay())
        .containsExactly("1:" + new Noted("a"), "2:" + new Noted("b"), "highest 2");
    assertThat(JournalHealth.get(alpha.system()).counters().supersededWriters()).isEqualTo(1);
  }

  @Test
  void aDuplicateInAGroupHarmsNobodyElse() throws Exception {
    writer.write(active, 1, new Noted("a"));
    var others = IntStream.range(0, 40)
        .mapToObj(i -> new Writer(alpha.system(), "other|" + i))
        .toList();
    var duplicate = new Writer(alpha.system(), "point|1");

    for (int round = 1; round <= 10; round++) {
      long sequence = round;
      others.forEach(other ->
          other.send(List.of(other.batch(sequence, Writer.fenced(active, new Noted("n"))))));
      duplicate.send(List.of(duplicate.batch(1, Writer.fenced(active, new Noted("again")))));
      others.forEach(other ->
          assertThat(other.answersTo(1)).element(1).isInstanceOf(WriteMessageSuccess.class));
      assertThat(((WriteMessageFailure) duplicate.answersTo(1).get(1)).cause())
          .isInstanceOf(SupersededWriterException.class);
    }
    assertThat(JournalHealth.get(alpha.system()).counters().events()).isEqualTo(401);
  }

  @Test
  void tagsAreStoredForWhatIsStored() throws Exception {
    writer.write(1, new Tagged(Writer.fenced(active, new Noted("a")), Set.of("red", "green")));
    alpha.take(MAIN, 1);
    writer.write(2, new Tagged(Writer.fenced(active, new Noted("b")), Set.of("blue")));

    try (var session = database.connect(url);
        var statement = session.createStatement();
        var row = statement.executeQuery("select tag from event_tag order by tag")) {
      var tags = new ArrayList<String>();
      while (row.next()) {
        tags.add(row.getString(1));
      }
      assertThat(tags).containsExactly("green", "red");
    }
    assertThat(writer.replay()).containsExactly("1:" + new Noted("a"), "highest 1");
  }

  @Test
  void aReaderGetsEveryStreamAfterWhatItKnowsInPieces() {
    var second = new Writer(alpha.system(), "point|2");
    int events = JournalReader.CHUNK_EVENTS + 500;
    writer.write(
        active,
        1,
        IntStream.rangeClosed(1, events).mapToObj(i -> new Noted("n" + i)).toArray());
    second.write(active, 1, new Noted("x"), new Noted("y"));
    var reader = new JournalReader(alpha.system());

    var after = Map.of("point|1", 10L, "point|2", 1L, "point|3", 0L);
    var first = await(reader.read(after));
    var last = await(reader.read(first.advance(after)));

    assertThat(first.more()).isTrue();
    assertThat(first.events()).hasSize(JournalReader.CHUNK_EVENTS);
    assertThat(last.more()).isFalse();
    var all = java.util.stream.Stream.concat(first.events().stream(), last.events().stream())
        .toList();
    assertThat(all.stream()
            .filter(event -> event.persistenceId().equals("point|1"))
            .map(StoredEvent::sequence))
        .containsExactlyElementsOf(LongStream.rangeClosed(11, events).boxed().toList());
    assertThat(all.stream().filter(event -> event.persistenceId().equals("point|2")))
        .singleElement()
        .satisfies(event -> {
          assertThat(event.sequence()).isEqualTo(2);
          assertThat(event.fenceText()).isEqualTo("dge/main#1@alpha/a1");
          assertThat(reader.deserialize(event)).isEqualTo(new Noted("y"));
          var again = reader.encode(new Noted("y"));
          assertThat(again.payload()).isEqualTo(event.form().payload());
          assertThat(again.serializerId()).isEqualTo(event.form().serializerId());
          assertThat(again.manifest()).isEqualTo(event.form().manifest());
        });
    assertThat(await(reader.read(Map.of())).events()).isEmpty();
  }

  @Test
  void aReaderBoundsBytesToo() {
    var large = "x".repeat(3 << 20);
    for (int i = 1; i <= 4; i++) {
      writer.write(active, i, new Noted(large));
    }
    var reader = new JournalReader(alpha.system());

    var first = await(reader.read(Map.of("point|1", 0L)));

    assertThat(first.events()).hasSize(3);
    assertThat(first.more()).isTrue();
    assertThat(await(reader.read(first.advance(Map.of("point|1", 0L)))).events())
        .hasSize(1);
  }
}
