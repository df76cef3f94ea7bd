package mainstay.http.json;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import mainstay.http.error.ProblemException;
import mainstay.http.error.ProblemKind;
import mainstay.protocol.message.ClusterSupervisor.DrillRequest;
import mainstay.protocol.model.ConfigurationObject;
import mainstay.protocol.model.DatabaseAddress;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.Dge;
import mainstay.protocol.model.DrillKind;
import mainstay.protocol.model.DurationText;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.ManualPoint;
import mainstay.protocol.model.ObjectKind;
import mainstay.protocol.model.PerformanceDatabase;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServerList;
import mainstay.protocol.model.ServiceName;
import mainstay.protocol.model.ServiceSettings;
import mainstay.protocol.model.TestDefinition;
import mainstay.protocol.model.TestKind;

/**
 * Reads configuration objects: shape, types and what the values need to exist at all. What makes sense together with
 * other objects is decided by the provisioning authority.
 */
public final class ObjectReading {
  /**
   * An object as sent.
   *
   * @param revision that the sender saw, if the body names one, as the answer to a GET does
   */
  public record Read(ConfigurationObject object, OptionalLong revision) {}

  private static final Duration STAY_WHEN_ABSENT = Duration.ofSeconds(5);
  private static final Duration LONGEST_STAY = Duration.ofHours(1);

  private ObjectReading() {}

  /**
   * @param id of the path; a body that names another one is refused
   * @throws ProblemException INVALID with every fault
   */
  public static Read read(ObjectKind kind, String id, JsonNode body) {
    var fields = Fields.of(body);
    requireSame("id", id, fields);
    var revision = fields.optionalWholeNumber("revision");
    Supplier<ConfigurationObject> object = switch (kind) {
      case DGE -> dge(id, fields);
      case DEVICE -> device(id, fields);
      case TEST -> test(id, fields);
      case POINT -> point(id, fields);
      case SERVICE -> service(id, fields);
    };
    fields.check();
    return new Read(object.get(), revision);
  }

  /** The body of {@code PUT /services/NAME/server-list}. */
  public static ServerList serverList(JsonNode body) {
    var fields = Fields.of(body);
    var list = serverList(fields, "servers");
    fields.check();
    return list.get();
  }

  /** The body of a switchover: where to, empty for the next in the list. */
  public static Optional<ServerId> destination(JsonNode body) {
    var fields = Fields.of(body);
    var to = server(fields, "to");
    fields.check();
    return to;
  }

  private static Optional<ServerId> server(Fields fields, String field) {
    return fields.optionalText(field).map(name -> {
      try {
        return new ServerId(name);
      } catch (IllegalArgumentException e) {
        fields.refuse(field, e.getMessage());
        return new ServerId("unknown");
      }
    });
  }

  /** The body of {@code POST /services/NAME/drills}; all of its fields may be left out. */
  public static DrillRequest drill(ServiceName service, JsonNode body) {
    var fields = Fields.of(body);
    var kind =
        fields.choice("kind", List.of(DrillKind.values()), DrillKind::word, DrillKind.SWITCHOVER);
    var to = server(fields, "to");
    boolean back = fields.flag("back", false);
    var stay = fields.optionalDuration("stay").orElse(STAY_WHEN_ABSENT);
    var confirm = server(fields, "confirm");
    if (stay.compareTo(LONGEST_STAY) > 0) {
      fields.refuse("stay", "must be at most " + DurationText.format(LONGEST_STAY));
    }
    var drill = new DrillRequest(service, kind, to, back, stay, confirm);
    if (drill.kind() == DrillKind.CRASH && to.isPresent()) {
      fields.refuse("to", "must be left out for a crash: the rules say who takes over then");
    }
    if (drill.kind() == DrillKind.SWITCHOVER && confirm.isPresent()) {
      fields.refuse("confirm", "must be left out unless kind is crash: nothing dies");
    }
    fields.check();
    return drill;
  }

  /** The body of {@code POST /what-if}: the servers that are taken for dead, at least one. */
  public static Set<ServerId> down(JsonNode body) {
    var fields = Fields.of(body);
    var servers = fields.list("down", ServerId::new);
    fields.check();
    return Set.copyOf(servers);
  }

  /** The body of {@code POST /databases/NAME/activate}: whether it is forced. */
  public static boolean force(JsonNode body) {
    var fields = Fields.of(body);
    boolean force = fields.flag("force", false);
    fields.check();
    return force;
  }

  /** @param cluster for samples that it belongs to; empty for the installation's databases */
  public record NewDatabase(DatabaseAddress address, String cluster) {}

  /**
   * The body of {@code PUT /databases/NAME}. Whether such a database can be used is for its coordinator to say.
   *
   * @param name of the path; a body that names another one is refused
   */
  public static NewDatabase newDatabase(String name, JsonNode body) {
    var fields = Fields.of(body);
    requireSame("name", name, fields);
    var vendor = fields.text("vendor");
    var url = fields.text("url");
    var user = fields.text("user");
    var passwordFile = fields.optionalText("passwordFile");
    var passwordVariable = fields.optionalText("passwordVariable");
    long weight = fields.optionalWholeNumber("weight").orElse(1);
    var cluster = fields.optionalText("cluster").orElse("");
    fields.check();
    try {
      var address = new DatabaseAddress(
          name, vendor, url, user, passwordFile, passwordVariable, clamped(weight));
      return new NewDatabase(address, cluster);
    } catch (IllegalArgumentException e) {
      throw ProblemException.at(ProblemKind.INVALID, "/" + inBody(e.getMessage()), e.getMessage());
    }
  }

  /** What no int holds is out of the range of weights all the same. */
  private static int clamped(long number) {
    return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, number));
  }

  /** The field that a message of {@link DatabaseAddress} begins with, as the body spells it. */
  private static String inBody(String message) {
    String part = message.split(" ", 2)[0];
    return switch (part) {
      case "password-file" -> "passwordFile";
      default -> part;
    };
  }

  private static void requireSame(String field, String inPath, Fields fields) {
    fields
        .optionalText(field)
        .filter(named -> !named.equals(inPath))
        .ifPresent(named -> fields.refuse(
            field,
            "must be \"" + inPath + "\" as in the path or be left out, but is \"" + named + "\""));
  }

  /** The body of {@code PUT /points/ID/value}. */
  public static double pointValue(JsonNode body) {
    var fields = Fields.of(body);
    double value = fields.number("value");
    fields.check();
    return value;
  }

  private static Supplier<ConfigurationObject> dge(String id, Fields fields) {
    var name = fields.text("name");
    var database = fields.optionalText("performanceDatabase").map(text -> {
      try {
        return PerformanceDatabase.parse(text);
      } catch (IllegalArgumentException e) {
        fields.refuse("performanceDatabase", e.getMessage());
        return PerformanceDatabase.INSTALLATION;
      }
    });
    return () -> new Dge(id, name, database.orElse(PerformanceDatabase.INSTALLATION));
  }

  private static Supplier<ConfigurationObject> device(String id, Fields fields) {
    var name = fields.text("name");
    var dge = fields.text("dge");
    var address = fields.text("address");
    var enabled = fields.flag("enabled", true);
    return () -> new Device(id, name, dge, address, enabled);
  }

  private static Supplier<ConfigurationObject> test(String id, Fields fields) {
    var device = fields.text("device");
    var kind = fields.choice("kind", List.of(TestKind.values()), TestKind::word);
    var name = fields.text("name");
    var interval = fields.duration("interval");
    var timeout = fields.duration("timeout");
    var unit = fields.optionalText("unit").orElse("");
    var enabled = fields.flag("enabled", true);
    var parameters = fields.texts("parameters");
    return () -> new TestDefinition(
        id, device, kind.get(), name, interval, timeout, unit, enabled, parameters);
  }

  private static Supplier<ConfigurationObject> point(String id, Fields fields) {
    var name = fields.text("name");
    var unit = fields.optionalText("unit").orElse("");
    var minimum = fields.optionalNumber("minimum");
    var maximum = fields.optionalNumber("maximum");
    return () -> new ManualPoint(id, name, unit, minimum, maximum);
  }

  private static Supplier<ConfigurationObject> service(String id, Fields fields) {
    if (!id.equals(ServiceSettings.DEFAULT_ID)) {
      try {
        new ServiceName(id);
      } catch (IllegalArgumentException e) {
        fields.refuse("id", e.getMessage());
      }
    }
    var list = serverList(fields, "serverList");
    var policy =
        fields.object("policy").map(ObjectReading::policy).orElse(FailbackPolicy.AUTOMATIC);
    var onBackup = fields.flag("configurationOnBackup", false);
    return () -> new ServiceSettings(id, list.get(), policy, onBackup);
  }

  private static Supplier<ServerList> serverList(Fields fields, String field) {
    var servers = fields.list(field, ServerId::new);
    if (servers.stream().distinct().count() != servers.size()) {
      fields.refuse(field, "must name each server once, but is " + servers);
    }
    return () -> new ServerList(servers);
  }

  private static FailbackPolicy policy(Fields fields) {
    var mode = fields.choice(
        "mode", List.of(FailbackPolicy.Mode.values()), m -> m.name().toLowerCase(Locale.ROOT));
    var delay = fields.optionalDuration("delay").orElse(Duration.ZERO);
    try {
      return mode.isPresent() ? new FailbackPolicy(mode.get(), delay) : FailbackPolicy.AUTOMATIC;
    } catch (IllegalArgumentException e) {
      fields.refuse("delay", e.getMessage());
      return FailbackPolicy.AUTOMATIC;
    }
  }
}
