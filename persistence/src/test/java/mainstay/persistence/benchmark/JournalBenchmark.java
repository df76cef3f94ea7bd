package mainstay.persistence.benchmark;

import akka.persistence.JournalProtocol.WriteMessageSuccess;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import mainstay.persistence.benchmark.Contender.Step;
import mainstay.persistence.testing.Postgres;
import mainstay.persistence.testing.Server;
import mainstay.persistence.testing.Server.Place;
import mainstay.persistence.testing.Writer;
import mainstay.persistence.testing.Writer.Noted;
import mainstay.protocol.model.Activation;
import mainstay.protocol.model.ServiceName;

/**
 * Events per second through the journal plugin, fenced, into one and into two databases, at 1, 16 and 64 writers, beside
 * what as many sessions of plain JDBC reach with one insert and commit for each event, in one database and in two at once.
 *
 * <p>Arguments: milliseconds of a slice (500), slices (12).
 */
public final class JournalBenchmark {
  private static final ServiceName MAIN = ServiceName.dge("main");
  /** Of one database server that are left for plain JDBC. */
  private static final int SESSIONS = 100;

  private static final byte[] PAYLOAD = new byte[90];

  private JournalBenchmark() {}

  public static void main(String[] arguments) throws Exception {
    int millis = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 500;
    int slices = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 12;
    try (var first = Postgres.start();
        var second = Postgres.start()) {
      var plain = new Place(first, first.newDatabase());
      var other = new Place(second, second.newDatabase());
      try (var single = Server.start(first, first.newDatabase(), "alpha", "a1");
          var twin = Server.start(
              List.of(
                  new Place(first, first.newDatabase()), new Place(second, second.newDatabase())),
              "bravo",
              "b1")) {
        var one = single.take(MAIN, 0);
        var two = twin.take(MAIN, 0);
        System.out.printf(
            "%-8s %-14s %12s %10s %8s%n", "writers", "", "events/s", "p50 us", "ratio");
        for (int writers : new int[] {1, 16, 64}) {
          var contenders = new ArrayList<Contender>();
          contenders.add(
              new Contender("raw JDBC", writers, i -> raw(plain, "raw" + writers + "|" + i)));
          if (writers * 2 < SESSIONS) {
            contenders.add(new Contender("raw on two", writers, i -> {
              var stream = "both" + writers + "|" + i;
              return Contender.both(raw(plain, stream), raw(other, stream));
            }));
          }
          contenders.add(new Contender(
              "one database", writers, i -> journal(single, one, "ours" + writers + "|" + i)));
          contenders.add(new Contender(
              "two databases", writers, i -> journal(twin, two, "ours" + writers + "|" + i)));
          Contender.race(contenders, millis, slices);
          for (var contender : contenders) {
            System.out.printf(
                Locale.ROOT,
                "%-8d %-14s %12.0f %10.0f %8.2f%n",
                writers,
                contender.name(),
                contender.rate(),
                contender.stepMicros(),
                contender.rate() / contenders.get(0).rate());
            contender.close();
          }
        }
      }
    }
  }

  private static Step journal(Server server, Activation active, String persistenceId) {
    var writer = new Writer(server.system(), persistenceId);
    var event = new Noted("x".repeat(PAYLOAD.length - 10));
    return new Step() {
      private long sequence;

      @Override
      public int once() {
        var answers = writer.write(active, ++sequence, event);
        if (!(answers.get(1) instanceof WriteMessageSuccess)) {
          throw new IllegalStateException("not stored: " + answers);
        }
        return 1;
      }
    };
  }

  private static Step raw(Place place, String persistenceId) throws SQLException {
    Connection session = place.database().connect(place.url());
    try (var tables = session.createStatement()) {
      // Those of the product, without anything else of it.
      tables.execute(
          "create table if not exists event_journal (ordering bigserial unique, persistence_id varchar(255), "
              + "sequence_number bigint, deleted boolean default false not null, writer varchar(255), "
              + "write_timestamp bigint, adapter_manifest varchar(255), event_ser_id int, "
              + "event_ser_manifest varchar(255), event_payload bytea, meta_ser_id int, "
              + "meta_ser_manifest varchar(255), meta_payload bytea, primary key (persistence_id, sequence_number))");
    }
    var insert = session.prepareStatement(
        "insert into event_journal (persistence_id, sequence_number, writer, "
            + "write_timestamp, adapter_manifest, event_ser_id, event_ser_manifest, event_payload) "
            + "values (?, ?, 'w', 0, '', 1, 'm', ?)");
    return new Step() {
      private long sequence;

      @Override
      public int once() throws SQLException {
        insert.setString(1, persistenceId);
        insert.setLong(2, ++sequence);
        insert.setBytes(3, PAYLOAD);
        return insert.executeUpdate(); // commits by itself
      }

      @Override
      public void close() throws SQLException {
        session.close();
      }
    };
  }
}
