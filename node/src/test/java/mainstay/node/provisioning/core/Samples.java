package mainstay.node.provisioning.core;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import mainstay.protocol.message.Precondition;
import mainstay.protocol.message.Provisioning;
import mainstay.protocol.message.Provisioning.DeleteObject;
import mainstay.protocol.message.Provisioning.PutObject;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.model.ConfigurationObject;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.ManualPoint;
import mainstay.protocol.model.ObjectKind;
import mainstay.protocol.model.Principal;
import mainstay.protocol.model.Role;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServerList;
import mainstay.protocol.model.ServiceSettings;
import mainstay.protocol.model.TestDefinition;
import mainstay.protocol.model.TestKind;

/** Objects, requests and circumstances that the tests of this package share. */
public final class Samples {
  public static final ServerId ALPHA = new ServerId("alpha");
  public static final ServerId BRAVO = new ServerId("bravo");
  public static final ServerId CHARLIE = new ServerId("charlie");
  public static final ServerList ALL = ServerList.of("alpha", "bravo", "charlie");
  public static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
  public static final Principal ENGINEER = new Principal("eve", Role.ENGINEER);
  public static final Principal ADMIN = new Principal("ada", Role.ADMIN);

  /** All servers, and a cluster for samples. */
  public static final RequestContext.Allowed ALLOWED =
      new RequestContext.Allowed(Set.of(ALPHA, BRAVO, CHARLIE), Set.of("plant"));

  private static final AtomicLong REQUESTS = new AtomicLong();

  private Samples() {}

  public static Device device(String id) {
    return new Device(id, "Machine " + id, "main", "127.0.0.1", true);
  }

  public static TestDefinition test(String id, String device) {
    return test(id, device, TestKind.HOST, Map.of("metric", "cpu"));
  }

  public static TestDefinition test(
      String id, String device, TestKind kind, Map<String, String> parameters) {
    return new TestDefinition(
        id,
        device,
        kind,
        "CPU load",
        Duration.ofSeconds(5),
        Duration.ofSeconds(2),
        "%",
        true,
        parameters);
  }

  public static ManualPoint point(String id) {
    return new ManualPoint(id, "Setpoint", "°C", Optional.empty(), Optional.empty());
  }

  public static ServiceSettings settings(String id, String... servers) {
    return new ServiceSettings(id, ServerList.of(servers), FailbackPolicy.AUTOMATIC, false);
  }

  public static PutObject put(ConfigurationObject object) {
    return new PutObject(object, Precondition.NONE, "");
  }

  public static PutObject put(ConfigurationObject object, Precondition precondition) {
    return new PutObject(object, precondition, "");
  }

  public static DeleteObject delete(ObjectKind kind, String id) {
    return new DeleteObject(kind, id, Precondition.NONE, "");
  }

  /** An engineer's request on the primary in term 7, with an id of its own. */
  public static RequestContext request() {
    return request("request-" + REQUESTS.incrementAndGet());
  }

  public static RequestContext request(String id) {
    return new RequestContext(id, ENGINEER, NOON, 7, ALPHA, ALLOWED);
  }

  public static RequestContext on(ServerId server, Principal principal) {
    var request = request();
    return new RequestContext(request.requestId(), principal, NOON, 7, server, ALLOWED);
  }

  /** What every cluster starts with: the default settings. */
  public static Configuration begun() {
    return Configuration.initial().apply(Configuration.beginning(ALL, NOON, 1));
  }

  public static Configuration with(ConfigurationObject... objects) {
    var configuration = begun();
    for (var object : objects) {
      configuration = accepted(configuration, put(object));
    }
    return configuration;
  }

  /** After a change that must be accepted. */
  public static Configuration accepted(Configuration configuration, Provisioning.Write write) {
    return accepted(configuration, write, request());
  }

  public static Configuration accepted(
      Configuration before, Provisioning.Write write, RequestContext request) {
    var outcome = before.decide(write, request);
    if (!(outcome.reply() instanceof ServiceReply.Written) || outcome.events().size() != 1) {
      throw new AssertionError(write + " should be stored, but: " + outcome);
    }
    return before.apply(outcome.events().get(0));
  }
}
