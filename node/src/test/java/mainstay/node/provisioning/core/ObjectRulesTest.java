package mainstay.node.provisioning.core;

import static mainstay.node.provisioning.core.Samples.ALL;
import static mainstay.node.provisioning.core.Samples.begun;
import static mainstay.node.provisioning.core.Samples.device;
import static mainstay.node.provisioning.core.Samples.point;
import static mainstay.node.provisioning.core.Samples.put;
import static mainstay.node.provisioning.core.Samples.request;
import static mainstay.node.provisioning.core.Samples.settings;
import static mainstay.node.provisioning.core.Samples.test;
import static mainstay.node.provisioning.core.Samples.with;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import mainstay.protocol.message.Precondition;
import mainstay.protocol.message.Provisioning.PutObject;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.model.ConfigurationObject;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.Dge;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.FieldError;
import mainstay.protocol.model.ManualPoint;
import mainstay.protocol.model.PerformanceDatabase;
import mainstay.protocol.model.ServiceSettings;
import mainstay.protocol.model.TestDefinition;
import mainstay.protocol.model.TestKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ObjectRulesTest {
  private static final String LONG = "x".repeat(3_000);

  @ParameterizedTest
  @MethodSource
  void badInputIsRefusedAtItsPathSayingWhatWouldBeRight(
      ConfigurationObject object, String path, String message) {
    var outcome =
        with(device("db-1"), point("setpoint"), test("cpu", "db-1")).decide(put(object), request());

    assertThat(outcome.events()).isEmpty();
    assertThat(outcome.reply()).isInstanceOfSatisfying(Rejected.class, rejected -> {
      assertThat(rejected.reason()).isEqualTo(Reason.INVALID);
      assertThat(rejected.errors()).singleElement().satisfies(error -> {
        assertThat(error.path()).isEqualTo(path);
        assertThat(error.message()).contains(message);
      });
      assertThat(rejected.detail()).contains(path + " ");
    });
  }

  static Stream<Arguments> badInputIsRefusedAtItsPathSayingWhatWouldBeRight() {
    var form = "must be 1 to 63 lower case letters, digits, dots, underscores or hyphens";
    var web = "must be an absolute http or https address such as http://server:8080/health";
    var none = Optional.<Double>empty();
    return Stream.of(
        // ids
        arguments(device(""), "/id", form),
        arguments(device("Upper"), "/id", form),
        arguments(device("a/b"), "/id", form),
        arguments(device("point|x"), "/id", form),
        arguments(device("-a"), "/id", form),
        arguments(device("x".repeat(64)), "/id", form),
        arguments(device(null), "/id", "is missing"),
        arguments(new Device(LONG, "", "main", "h", true), "/id", "..."),
        // engines
        arguments(new Dge("Main", "", PerformanceDatabase.INSTALLATION), "/id", form),
        arguments(
            new Dge("main", LONG, PerformanceDatabase.LOCAL),
            "/name",
            "must have at most 200 characters, but has 3000"),
        arguments(
            new Dge("main", "", PerformanceDatabase.cluster("lab")),
            "/performanceDatabase",
            "must name a cluster of mainstay.sample-databases in the file of this server, where plant can be found, but"
                + " names 'lab'"),
        // devices
        arguments(
            new Device("d", LONG, "main", "h", true),
            "/name",
            "must have at most 200 characters, but has 3000"),
        arguments(new Device("d", "a\nb", "main", "h", true), "/name", "control characters"),
        arguments(new Device("d", null, "main", "h", true), "/name", "is missing"),
        arguments(new Device("d", "", "Main", "h", true), "/dge", form),
        arguments(new Device("d", "", "", "h", true), "/dge", form),
        arguments(
            new Device("d", "", "main", "", true),
            "/address",
            "must be a host name or an IP address"),
        arguments(new Device("d", "", "main", "two words", true), "/address", "but is 'two words'"),
        arguments(
            new Device("d", "", "main", "http://host", true),
            "/address",
            "host name or an IP address"),
        arguments(
            new Device("d", "", "main", "256.1.1.1", true),
            "/address",
            "host name or an IP address"),
        arguments(
            new Device("d", "", "main", "1.2.3", true), "/address", "host name or an IP address"),
        arguments(
            new Device("d", "", "main", "1.2.3.4.", true),
            "/address",
            "host name or an IP address"),
        arguments(
            new Device("d", "", "main", "1::2::3", true), "/address", "host name or an IP address"),
        arguments(
            new Device("d", "", "main", "host:80", true), "/address", "host name or an IP address"),
        arguments(
            new Device("d", "", "main", "::1]:80", true), "/address", "host name or an IP address"),
        arguments(
            new Device("d", "", "main", "-a.b", true), "/address", "host name or an IP address"),
        // tests
        arguments(test("setpoint", "db-1"), "/id", "must differ from all points"),
        arguments(
            test("t", "db-2"),
            "/device",
            "must be the id of a device, but there is no device 'db-2'"),
        arguments(test("t", null), "/device", "is missing"),
        arguments(test("t", "db-1", null, Map.of()), "/kind", "is missing"),
        arguments(
            timed("t", Duration.ofMillis(99), Duration.ofMillis(50)),
            "/interval",
            "must be from 100ms to 1d"),
        arguments(
            timed("t", Duration.ofHours(25), Duration.ofMillis(50)), "/interval", "but is 25h"),
        arguments(
            timed("t", Duration.ofSeconds(Long.MAX_VALUE), Duration.ofMillis(50)),
            "/interval",
            "100ms to 1d"),
        arguments(timed("t", null, Duration.ofMillis(50)), "/interval", "is missing"),
        arguments(timed("t", Duration.ofSeconds(5), null), "/timeout", "is missing"),
        arguments(
            timed("t", Duration.ofSeconds(5), Duration.ofSeconds(5)),
            "/timeout",
            "must be at least 1ms and shorter than the interval of 5s, but is 5s"),
        arguments(
            timed("t", Duration.ofSeconds(5), Duration.ZERO), "/timeout", "must be at least 1ms"),
        arguments(
            timed("t", Duration.ofSeconds(5), Duration.ofSeconds(-1)),
            "/timeout",
            "must be at least 1ms"),
        arguments(unit("t", LONG), "/unit", "must have at most 32 characters"),
        // host tests
        arguments(
            host(Map.of()),
            "/parameters/metric",
            "is missing; tests of kind host need one of cpu, disk, memory"),
        arguments(
            host(Map.of("metric", "CPU")),
            "/parameters/metric",
            "must be one of cpu, disk, memory, but is 'CPU'"),
        arguments(
            host(Map.of("metric", "cpu", "path", "/")),
            "/parameters/path",
            "belongs to the metric disk only"),
        arguments(
            host(Map.of("metric", "disk", "path", " ")),
            "/parameters/path",
            "must be the path of a directory"),
        arguments(
            host(Map.of("metric", "cpu", "url", "x")),
            "/parameters/url",
            "is not known to tests of kind host, which take metric, path"),
        // http tests
        arguments(
            http(Map.of()),
            "/parameters/url",
            "is missing; tests of kind http need an absolute address"),
        arguments(http(Map.of("url", "")), "/parameters/url", web),
        arguments(http(Map.of("url", "/health")), "/parameters/url", web),
        arguments(http(Map.of("url", "ftp://host/")), "/parameters/url", web),
        arguments(http(Map.of("url", "http:///health")), "/parameters/url", web),
        arguments(http(Map.of("url", "http:host")), "/parameters/url", web),
        arguments(http(Map.of("url", "http://a b/")), "/parameters/url", web),
        arguments(
            http(Map.of("url", "http://h:70000/")),
            "/parameters/url",
            "must name a port from 1 to 65535"),
        arguments(
            http(Map.of("url", "http://u:p@h/")),
            "/parameters/url",
            "must not hold a user or password"),
        arguments(
            http(Map.of("url", "http://h/" + LONG)), "/parameters/url", "at most 2000 characters"),
        arguments(
            status("2xx"),
            "/parameters/expectStatus",
            "must be a status such as 200 or a range such as 200-399"),
        arguments(status("99"), "/parameters/expectStatus", "but is '99'"),
        arguments(status("600"), "/parameters/expectStatus", "within 100 to 599"),
        arguments(status("399-200"), "/parameters/expectStatus", "but is '399-200'"),
        arguments(
            http(Map.of("url", "http://h/", "method", "GET")),
            "/parameters/method",
            "is not known to tests of kind http, which take url, expectStatus"),
        // tcp and ping tests
        arguments(
            tcp(Map.of()),
            "/parameters/port",
            "is missing; tests of kind tcp need a port from 1 to 65535"),
        arguments(
            tcp(Map.of("port", "0")),
            "/parameters/port",
            "whole number from 1 to 65535, but is '0'"),
        arguments(tcp(Map.of("port", "65536")), "/parameters/port", "but is '65536'"),
        arguments(tcp(Map.of("port", "-1")), "/parameters/port", "but is '-1'"),
        arguments(tcp(Map.of("port", "http")), "/parameters/port", "but is 'http'"),
        arguments(
            test("t", "db-1", TestKind.PING, Map.of("size", "1")),
            "/parameters/size",
            "is not known to tests of kind ping, which take no parameters"),
        // points
        arguments(point("cpu"), "/id", "must differ from all tests"),
        arguments(
            new ManualPoint("p", "", "", Optional.of(2.0), Optional.of(1.0)),
            "/maximum",
            "must not be below the minimum of 2.0, but is 1.0"),
        arguments(
            new ManualPoint("p", "", "", Optional.of(Double.NaN), none),
            "/minimum",
            "must be a finite number"),
        arguments(
            new ManualPoint("p", "", "", none, Optional.of(Double.POSITIVE_INFINITY)),
            "/maximum",
            "but is Infinity"),
        arguments(new ManualPoint("p", "", "", null, none), "/minimum", "is missing"),
        // services
        arguments(
            settings("alarms", "alpha"), "/id", "must be 'default', 'configuration' or 'dge/'"),
        arguments(settings("supervisor", "alpha"), "/id", "but is 'supervisor'"),
        arguments(settings("dge/", "alpha"), "/id", "but is 'dge/'"),
        arguments(settings("dge/A", "alpha"), "/id", "but is 'dge/A'"),
        arguments(
            settings("dge/main", "alpha", "delta"),
            "/serverList",
            "must name servers of this cluster, which are [alpha, bravo, charlie], but names [delta]"),
        arguments(
            new ServiceSettings("dge/main", null, FailbackPolicy.AUTOMATIC, false),
            "/serverList",
            "is missing"),
        arguments(new ServiceSettings("dge/main", ALL, null, false), "/policy", "is missing"),
        arguments(
            new ServiceSettings("dge/main", ALL, FailbackPolicy.AUTOMATIC, true),
            "/configurationOnBackup",
            "must be false"),
        arguments(
            new ServiceSettings(
                "dge/main",
                ALL,
                new FailbackPolicy(FailbackPolicy.Mode.DELAYED, Duration.ofDays(31)),
                false),
            "/policy/delay",
            "must be at most 30d, but is 31d"));
  }

  @ParameterizedTest
  @MethodSource
  void goodInputIsAccepted(ConfigurationObject object) {
    var outcome = with(device("db-1")).decide(put(object), request());

    assertThat(outcome.events()).as("%s", outcome.reply()).hasSize(1);
  }

  static Stream<ConfigurationObject> goodInputIsAccepted() {
    return Stream.of(
        device("a"),
        device("0.1_x-y"),
        device("x".repeat(63)),
        timed("t", Duration.ofMillis(100), Duration.ofMillis(99)),
        timed("t", Duration.ofDays(1), Duration.ofMillis(1)),
        host(Map.of("metric", "memory")),
        host(Map.of("metric", "disk")),
        host(Map.of("metric", "disk", "path", "/var/lib")),
        http(Map.of("url", "https://host.example/health?x=1")),
        http(Map.of("url", "HTTP://[::1]:8080")),
        status("200"),
        status("100-599"),
        status("204-204"),
        tcp(Map.of("port", "1")),
        tcp(Map.of("port", "65535")),
        test("t", "db-1", TestKind.PING, Map.of()),
        new Dge("main", "", PerformanceDatabase.INSTALLATION),
        new Dge("main", "", PerformanceDatabase.LOCAL),
        new Dge("main", "", PerformanceDatabase.cluster("plant")),
        new ManualPoint("p", "", "", Optional.of(1.0), Optional.of(1.0)),
        new ManualPoint("p", "", "", Optional.of(-1.0), Optional.empty()),
        settings("default", "charlie"),
        settings("configuration", "bravo", "alpha"),
        settings("dge/0east.1", "alpha"),
        new ServiceSettings("default", ALL, FailbackPolicy.AUTOMATIC, true));
  }

  @Test
  void allErrorsAreReportedAtOnce() {
    var reply =
        begun().decide(put(new Device("?", "", "?", "?", true)), request()).reply();

    assertThat(reply)
        .isInstanceOfSatisfying(
            Rejected.class,
            rejected -> assertThat(rejected.errors())
                .extracting(FieldError::path)
                .containsExactly("/id", "/dge", "/address"));
  }

  @Test
  void aCommentThatIsTooLongIsRefused() {
    var reply = begun()
        .decide(new PutObject(device("d"), Precondition.NONE, LONG), request())
        .reply();

    assertThat(reply)
        .isInstanceOfSatisfying(
            Rejected.class,
            rejected -> assertThat(rejected.errors())
                .containsExactly(
                    new FieldError("/comment", "must have at most 1000 characters, but has 3000")));
  }

  private static TestDefinition timed(String id, Duration interval, Duration timeout) {
    return new TestDefinition(
        id, "db-1", TestKind.PING, "", interval, timeout, "ms", true, Map.of());
  }

  private static TestDefinition unit(String id, String unit) {
    return new TestDefinition(
        id,
        "db-1",
        TestKind.PING,
        "",
        Duration.ofSeconds(5),
        Duration.ofSeconds(1),
        unit,
        true,
        Map.of());
  }

  private static TestDefinition host(Map<String, String> parameters) {
    return test("t", "db-1", TestKind.HOST, parameters);
  }

  private static TestDefinition http(Map<String, String> parameters) {
    return test("t", "db-1", TestKind.HTTP, parameters);
  }

  private static TestDefinition status(String status) {
    return http(Map.of("url", "http://host/", "expectStatus", status));
  }

  private static TestDefinition tcp(Map<String, String> parameters) {
    return test("t", "db-1", TestKind.TCP, parameters);
  }
}
