package mainstay.node.provisioning;

import static mainstay.node.provisioning.core.Samples.ENGINEER;
import static mainstay.node.provisioning.core.Samples.NOON;
import static mainstay.node.provisioning.core.Samples.accepted;
import static mainstay.node.provisioning.core.Samples.delete;
import static mainstay.node.provisioning.core.Samples.device;
import static mainstay.node.provisioning.core.Samples.point;
import static mainstay.node.provisioning.core.Samples.put;
import static mainstay.node.provisioning.core.Samples.request;
import static mainstay.node.provisioning.core.Samples.settings;
import static mainstay.node.provisioning.core.Samples.with;
import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.serialization.SerializationExtension;
import akka.serialization.SerializerWithStringManifest;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import mainstay.node.provisioning.core.Configuration;
import mainstay.node.provisioning.core.ConfigurationEvent;
import mainstay.node.provisioning.core.DgeConfiguration;
import mainstay.node.provisioning.core.PointEvent;
import mainstay.node.provisioning.core.PointState;
import mainstay.node.provisioning.core.Samples;
import mainstay.protocol.message.CborSerializable;
import mainstay.protocol.message.Points;
import mainstay.protocol.message.Precondition;
import mainstay.protocol.message.Provisioning;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceReply.Change;
import mainstay.protocol.message.ServiceReply.PointDescription;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Revisioned;
import mainstay.protocol.message.ServiceRequest;
import mainstay.protocol.model.ConfigurationObject;
import mainstay.protocol.model.Dge;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.FieldError;
import mainstay.protocol.model.ManualPoint;
import mainstay.protocol.model.ObjectKind;
import mainstay.protocol.model.PerformanceDatabase;
import mainstay.protocol.model.Quality;
import mainstay.protocol.model.ServiceSettings;
import mainstay.protocol.model.TestKind;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SerializationTest {
  private static final ServiceSettings SETTINGS = new ServiceSettings(
      "dge/main",
      Samples.ALL,
      new FailbackPolicy(FailbackPolicy.Mode.DELAYED, Duration.ofMillis(1_500)),
      true);
  private static final ManualPoint LIMITED =
      new ManualPoint("p", "Setpoint", "°C", Optional.of(-0.5), Optional.of(1e300));

  /** Requests and replies travel inside the messages of a host, under the names of their own types. */
  public record Envelope(Optional<ServiceRequest> request, Optional<ServiceReply> reply)
      implements CborSerializable {
    static Envelope of(ServiceRequest request) {
      return new Envelope(Optional.of(request), Optional.empty());
    }

    static Envelope of(ServiceReply reply) {
      return new Envelope(Optional.empty(), Optional.of(reply));
    }

    Object content() {
      return request.<Object>map(all -> all).orElseGet(reply::orElseThrow);
    }
  }

  private static ActorTestKit testKit;

  @BeforeAll
  static void start() {
    testKit = ActorTestKit.create(ConfigFactory.load("provisioning-test"));
  }

  @AfterAll
  static void stop() {
    testKit.shutdownTestKit();
  }

  @ParameterizedTest
  @MethodSource("values")
  void everythingThatIsStoredOrSentSurvivesSerialization(Object value) throws Exception {
    var serialization = SerializationExtension.get(testKit.system());
    var serializer = (SerializerWithStringManifest) serialization.findSerializerFor(value);
    var bytes = serialization.serialize(value).get();

    assertThat(serializer.getClass().getSimpleName()).isEqualTo("JacksonCborSerializer");
    assertThat(serialization
            .deserialize(bytes, serializer.identifier(), serializer.manifest(value))
            .get())
        .isEqualTo(value);
  }

  @Test
  void noTypeThatIsStoredOrSentIsForgottenHere() {
    var tried = values()
        .map(value -> value instanceof Envelope envelope ? envelope.content() : value)
        .map(Object::getClass)
        .distinct()
        .toList();
    var objects = objects().map(Object::getClass).distinct().toList();

    assertThat(tried)
        .containsAll(Stream.of(
                ConfigurationEvent.class,
                PointEvent.class,
                ServiceRequest.class,
                ServiceReply.class)
            .flatMap(SerializationTest::leaves)
            .toList());
    assertThat(objects).containsAll(leaves(ConfigurationObject.class).toList());
  }

  private static Stream<Class<?>> leaves(Class<?> type) {
    return type.isSealed()
        ? Arrays.stream(type.getPermittedSubclasses()).flatMap(SerializationTest::leaves)
        : Stream.of(type);
  }

  private static Stream<ConfigurationObject> objects() {
    return Stream.of(
        device("db-1"),
        point("unlimited"),
        LIMITED,
        SETTINGS,
        new Dge("main", "Plant", PerformanceDatabase.cluster("plant")),
        new Dge("main", "Plant", PerformanceDatabase.INSTALLATION),
        Samples.test(
            "http", "db-1", TestKind.HTTP, Map.of("url", "http://h/", "expectStatus", "200-399")),
        Samples.test("ping", "db-1", TestKind.PING, Map.of()));
  }

  static Stream<Object> values() {
    return Stream.of(events(), states(), requests().map(Envelope::of), replies().map(Envelope::of))
        .flatMap(all -> all);
  }

  private static Stream<Object> events() {
    return Stream.concat(
        objects()
            .map(object ->
                new ConfigurationEvent.ObjectPut(object, 17, 3, true, "r", "eve", "why", NOON, 2)),
        Stream.of(
            new ConfigurationEvent.ObjectDeleted(
                ObjectKind.TEST, "cpu", 18, 3, "r", "eve", "why", NOON, 2),
            new PointEvent.ValueSet("p", 0.1 + 0.2, 3, 2, NOON.plusNanos(1), "eve", "r")));
  }

  private static Stream<Object> states() {
    var configuration = accepted(
        with(
            device("db-1"),
            device("db-2"),
            Samples.test("cpu", "db-1"),
            LIMITED,
            settings("dge/main", "bravo")),
        delete(ObjectKind.DEVICE, "db-2"));
    var point = PointState.initial();
    for (int i = 0; i < 3; i++) {
      point = point.apply(new PointEvent.ValueSet("p", i, i + 1, 2, NOON, "eve", "r" + i));
    }
    return Stream.of(
        Configuration.initial(),
        configuration,
        configuration.dgeConfiguration("main"),
        new DgeConfiguration("none", 1, List.of(), List.of(), PerformanceDatabase.LOCAL),
        PointState.initial(),
        point);
  }

  private static Stream<ServiceRequest> requests() {
    return Stream.concat(
        objects()
            .map(object -> new Provisioning.PutObject(object, Precondition.revision(3), "why")),
        Stream.of(
            new Provisioning.DeleteObject(ObjectKind.POINT, "p", Precondition.NONE, ""),
            new Provisioning.GetObject(ObjectKind.SERVICE, "dge/main"),
            new Provisioning.ListObjects(Optional.empty()),
            new Provisioning.ListObjects(Optional.of(ObjectKind.DEVICE)),
            new Provisioning.GetHistory(3, 100),
            new Points.SetValue("p", 21.5, Precondition.ABSENT),
            new Points.GetValue("p"),
            new Points.ListPoints()));
  }

  private static Stream<ServiceReply> replies() {
    return Stream.concat(
        objects().map(object -> new ServiceReply.ObjectFound(object, 3, 17)),
        Stream.of(
            new ServiceReply.Written(17, 3, 2, true),
            new ServiceReply.Objects(
                objects().map(object -> new Revisioned(object, 3)).toList(), 17),
            new ServiceReply.History(
                List.of(
                    new Change(17, ObjectKind.TEST, "cpu", "changed", 3, NOON, "eve", "why", 2)),
                17),
            new ServiceReply.PointValue(
                "p", Optional.of(21.5), 3, 2, Optional.of(NOON), Quality.GOOD),
            new ServiceReply.PointValue(
                "p", Optional.empty(), 0, 0, Optional.empty(), Quality.UNSET),
            new ServiceReply.GatheredPoint("cpu"),
            new ServiceReply.PointDirectory(
                List.of(new PointDescription("p", "Setpoint", "manual", "°C"))),
            new ServiceReply.Rejected(
                Reason.INVALID, "why", List.of(new FieldError("/id", "is missing")))));
  }

  @Test
  void aStateThatWasSerializedDecidesAsBefore() throws Exception {
    var before = accepted(with(device("db-1")), put(point("p")), request("r"));
    var serialization = SerializationExtension.get(testKit.system());

    var after = serialization
        .deserialize(serialization.serialize(before).get(), Configuration.class)
        .get();

    assertThat(after.decide(put(point("p")), request("r")))
        .isEqualTo(before.decide(put(point("p")), request("r")));
    assertThat(after.decide(put(device("db-2")), request("s")))
        .isEqualTo(before.decide(put(device("db-2")), request("s")));
    assertThat(after.history(0, 9))
        .allMatch(change -> List.of(ENGINEER.name(), "system").contains(change.author()));
  }
}
