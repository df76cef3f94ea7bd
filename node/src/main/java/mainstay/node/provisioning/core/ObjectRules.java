package mainstay.node.provisioning.core;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import mainstay.protocol.message.Provisioning.DeleteObject;
import mainstay.protocol.message.Provisioning.PutObject;
import mainstay.protocol.model.ConfigurationObject;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.Dge;
import mainstay.protocol.model.DurationText;
import mainstay.protocol.model.FieldError;
import mainstay.protocol.model.ManualPoint;
import mainstay.protocol.model.PerformanceDatabase;
import mainstay.protocol.model.ServiceName;
import mainstay.protocol.model.ServiceSettings;
import mainstay.protocol.model.TestDefinition;

/** What the fields of an object may be. Collects every error, each with its path and with what would be right. */
final class ObjectRules {
  static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);
  static final Duration LONGEST_INTERVAL = Duration.ofDays(1);
  static final Duration LONGEST_DELAY = Duration.ofDays(30);

  private static final Pattern ID = Pattern.compile("[a-z0-9][a-z0-9._-]{0,62}");
  private static final String ID_FORM =
      "must be 1 to 63 lower case letters, digits, dots, underscores or hyphens, a letter or digit first";
  private static final Pattern STATUS = Pattern.compile("([1-5][0-9]{2})(-([1-5][0-9]{2}))?");
  private static final Set<String> METRICS = new TreeSet<>(Set.of("cpu", "disk", "memory"));
  private static final int NAME_LENGTH = 200;
  private static final int UNIT_LENGTH = 32;
  private static final int COMMENT_LENGTH = 1_000;
  private static final int TEXT_LENGTH = 2_000;

  private final List<FieldError> errors = new ArrayList<>();
  private final Configuration configuration;
  private final RequestContext.Allowed allowed;

  private ObjectRules(Configuration configuration, RequestContext.Allowed allowed) {
    this.configuration = configuration;
    this.allowed = allowed;
  }

  static List<FieldError> errors(
      PutObject put, Configuration configuration, RequestContext.Allowed allowed) {
    var rules = new ObjectRules(configuration, allowed);
    rules.object(put.object());
    rules.text("/comment", put.comment(), COMMENT_LENGTH);
    return List.copyOf(rules.errors);
  }

  static List<FieldError> errors(DeleteObject delete) {
    var rules =
        new ObjectRules(Configuration.initial(), new RequestContext.Allowed(Set.of(), Set.of()));
    rules.text("/comment", delete.comment(), COMMENT_LENGTH);
    return List.copyOf(rules.errors);
  }

  private void object(ConfigurationObject object) {
    if (object instanceof Dge dge) {
      dge(dge);
    } else if (object instanceof Device device) {
      device(device);
    } else if (object instanceof TestDefinition test) {
      test(test);
    } else if (object instanceof ManualPoint point) {
      point(point);
    } else if (object instanceof ServiceSettings settings) {
      settings(settings);
    } else {
      throw new IllegalStateException("unknown kind of object: " + object);
    }
  }

  // ---- dge

  private void dge(Dge dge) {
    id("/id", dge.id());
    text("/name", dge.name(), NAME_LENGTH);
    if (present("/performanceDatabase", dge.performanceDatabase())) {
      performanceDatabase(dge.performanceDatabase());
    }
  }

  /** Whether another server has a local database is not known here; the engine says so if it has none. */
  private void performanceDatabase(PerformanceDatabase database) {
    database
        .list()
        .filter(name -> !name.equals(PerformanceDatabase.LOCAL_LIST)
            && !allowed.sampleClusters().contains(name))
        .ifPresent(name -> error(
            "/performanceDatabase",
            "must name a cluster of mainstay.sample-databases in the file of this server, "
                + (allowed.sampleClusters().isEmpty()
                    ? "which has none"
                    : "where " + String.join(", ", new TreeSet<>(allowed.sampleClusters()))
                        + " can be found")
                + ", but names '" + name + "'"));
  }

  // ---- device

  private void device(Device device) {
    id("/id", device.id());
    text("/name", device.name(), NAME_LENGTH);
    id("/dge", device.dge());
    if (present("/address", device.address())) {
      require(
          NetworkAddress.isHost(device.address()),
          "/address",
          "must be a host name or an IP address, but is '" + shown(device.address()) + "'");
    }
  }

  // ---- test

  private void test(TestDefinition test) {
    if (id("/id", test.id()) && configuration.point(test.id()).isPresent()) {
      error(
          "/id",
          "must differ from all points, for it names the series of the test, but point '"
              + test.id() + "' exists");
    }
    text("/name", test.name(), NAME_LENGTH);
    text("/unit", test.unit(), UNIT_LENGTH);
    if (present("/device", test.device()) && configuration.device(test.device()).isEmpty()) {
      error(
          "/device",
          "must be the id of a device, but there is no device '" + shown(test.device()) + "'");
    }
    interval(test);
    if (present("/kind", test.kind())) {
      switch (test.kind()) {
        case HOST -> host(test);
        case HTTP -> http(test);
        case TCP -> tcp(test);
        case PING -> onlyKnown(test);
      }
    }
  }

  private void interval(TestDefinition test) {
    boolean both = present("/interval", test.interval()) & present("/timeout", test.timeout());
    if (!both) {
      return;
    }
    require(
        within(test.interval(), SHORTEST_INTERVAL, LONGEST_INTERVAL),
        "/interval",
        "must be from " + DurationText.format(SHORTEST_INTERVAL) + " to "
            + DurationText.format(LONGEST_INTERVAL) + ", but is " + shown(test.interval()));
    require(
        test.timeout().compareTo(Duration.ofMillis(1)) >= 0
            && test.timeout().compareTo(test.interval()) < 0,
        "/timeout",
        "must be at least 1ms and shorter than the interval of " + shown(test.interval())
            + ", but is " + shown(test.timeout()));
  }

  private void host(TestDefinition test) {
    onlyKnown(test, "metric", "path");
    var metric = parameter(test, "metric", "one of " + String.join(", ", METRICS));
    metric
        .filter(value -> !METRICS.contains(value))
        .ifPresent(value -> error(
            "/parameters/metric",
            "must be one of " + String.join(", ", METRICS) + ", but is '" + shown(value) + "'"));
    var path = Optional.ofNullable(test.parameters().get("path"));
    if (path.isPresent() && metric.filter("disk"::equals).isEmpty()) {
      error("/parameters/path", "belongs to the metric disk only; leave it out");
    } else {
      path.filter(value -> value.isBlank() || value.length() > TEXT_LENGTH)
          .ifPresent(value -> error(
              "/parameters/path",
              "must be the path of a directory, with at most " + TEXT_LENGTH + " characters"));
    }
  }

  private void http(TestDefinition test) {
    onlyKnown(test, "url", "expectStatus");
    parameter(test, "url", "an absolute address such as http://server:8080/health")
        .ifPresent(this::url);
    Optional.ofNullable(test.parameters().get("expectStatus"))
        .filter(value -> !isStatus(value))
        .ifPresent(value -> error(
            "/parameters/expectStatus",
            "must be a status such as 200 or a range such as 200-399, within 100 to 599, but is '"
                + shown(value) + "'"));
  }

  private void url(String url) {
    var path = "/parameters/url";
    NetworkAddress.complaintAboutUrl(url).ifPresent(complaint -> error(path, complaint));
    require(url.length() <= TEXT_LENGTH, path, "must have at most " + TEXT_LENGTH + " characters");
  }

  private static boolean isStatus(String value) {
    var match = STATUS.matcher(value);
    return match.matches()
        && (match.group(3) == null || match.group(1).compareTo(match.group(3)) <= 0);
  }

  private void tcp(TestDefinition test) {
    onlyKnown(test, "port");
    parameter(test, "port", "a port from 1 to 65535")
        .filter(value -> !NetworkAddress.isPort(value))
        .ifPresent(value -> error(
            "/parameters/port",
            "must be a whole number from 1 to 65535, but is '" + shown(value) + "'"));
  }

  private void onlyKnown(TestDefinition test, String... known) {
    var names = Arrays.asList(known);
    for (Map.Entry<String, String> parameter : test.parameters().entrySet()) {
      require(
          names.contains(parameter.getKey()),
          "/parameters/" + shown(parameter.getKey()),
          "is not known to tests of kind " + test.kind().word() + ", which take "
              + (names.isEmpty() ? "no parameters" : String.join(", ", names)));
    }
  }

  private Optional<String> parameter(TestDefinition test, String name, String form) {
    var value = Optional.ofNullable(test.parameters().get(name));
    require(
        value.isPresent(),
        "/parameters/" + name,
        "is missing; tests of kind " + test.kind().word() + " need " + form);
    return value;
  }

  // ---- point

  private void point(ManualPoint point) {
    if (id("/id", point.id()) && configuration.test(point.id()).isPresent()) {
      error(
          "/id",
          "must differ from all tests, for these have points of the same ids, but test '"
              + point.id() + "' exists");
    }
    text("/name", point.name(), NAME_LENGTH);
    text("/unit", point.unit(), UNIT_LENGTH);
    boolean finite = finite("/minimum", point.minimum()) & finite("/maximum", point.maximum());
    if (finite && point.minimum().isPresent() && point.maximum().isPresent()) {
      require(
          point.minimum().get() <= point.maximum().get(),
          "/maximum",
          "must not be below the minimum of " + point.minimum().get() + ", but is "
              + point.maximum().get());
    }
  }

  private boolean finite(String path, Optional<Double> value) {
    return present(path, value)
        && require(
            value.isEmpty() || Double.isFinite(value.get()),
            path,
            "must be a finite number or left out, but is " + value.orElse(0.0));
  }

  // ---- service

  private void settings(ServiceSettings settings) {
    if (present("/id", settings.id())) {
      require(
          isConfigurable(settings.id()),
          "/id",
          "must be '" + ServiceSettings.DEFAULT_ID + "', '" + ServiceName.CONFIGURATION
              + "' or 'dge/' and the identity of an engine, but is '" + shown(settings.id()) + "'");
      require(
          !settings.configurationOnBackup() || !settings.id().startsWith("dge/"),
          "/configurationOnBackup",
          "must be false, for it concerns the service '" + ServiceName.CONFIGURATION + "' only");
    }
    if (present("/serverList", settings.serverList())) {
      var unknown = settings.serverList().servers().stream()
          .filter(server -> !allowed.servers().contains(server))
          .toList();
      require(
          unknown.isEmpty(),
          "/serverList",
          "must name servers of this cluster, which are " + new TreeSet<>(allowed.servers())
              + ", but names " + unknown);
    }
    if (present("/policy", settings.policy())) {
      require(
          settings.policy().delay().compareTo(LONGEST_DELAY) <= 0,
          "/policy/delay",
          "must be at most " + DurationText.format(LONGEST_DELAY) + ", but is "
              + shown(settings.policy().delay()));
    }
  }

  private static boolean isConfigurable(String id) {
    return id.equals(ServiceSettings.DEFAULT_ID)
        || id.equals(ServiceName.CONFIGURATION.value())
        || id.startsWith("dge/") && ID.matcher(id.substring("dge/".length())).matches();
  }

  // ---- parts

  private boolean id(String path, String id) {
    return present(path, id)
        && require(ID.matcher(id).matches(), path, ID_FORM + ", but is '" + shown(id) + "'");
  }

  private void text(String path, String text, int longest) {
    if (present(path, text)) {
      require(
          text.length() <= longest,
          path,
          "must have at most " + longest + " characters, but has " + text.length());
      require(
          text.chars().noneMatch(Character::isISOControl),
          path,
          "must not hold control characters");
    }
  }

  private boolean present(String path, Object value) {
    return require(value != null, path, "is missing");
  }

  private static boolean within(Duration value, Duration lowest, Duration highest) {
    return value.compareTo(lowest) >= 0 && value.compareTo(highest) <= 0;
  }

  private boolean require(boolean right, String path, String message) {
    if (!right) {
      error(path, message);
    }
    return right;
  }

  private void error(String path, String message) {
    errors.add(new FieldError(path, message));
  }

  private static String shown(String text) {
    return text.length() <= 100 ? text : text.substring(0, 100) + "...";
  }

  /** A duration may be too long for its text. */
  private static String shown(Duration duration) {
    return duration.abs().compareTo(Duration.ofDays(100_000)) < 0
        ? DurationText.format(duration)
        : duration.toString();
  }
}
