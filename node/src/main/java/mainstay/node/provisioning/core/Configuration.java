package mainstay.node.provisioning.core;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import mainstay.protocol.message.CborSerializable;
import mainstay.protocol.message.Precondition;
import mainstay.protocol.message.Provisioning;
import mainstay.protocol.message.Provisioning.DeleteObject;
import mainstay.protocol.message.Provisioning.PutObject;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceReply.Change;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.message.ServiceReply.Revisioned;
import mainstay.protocol.message.ServiceReply.Written;
import mainstay.protocol.model.ConfigurationObject;
import mainstay.protocol.model.Device;
import mainstay.protocol.model.Dge;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.FieldError;
import mainstay.protocol.model.ManualPoint;
import mainstay.protocol.model.ObjectKind;
import mainstay.protocol.model.PerformanceDatabase;
import mainstay.protocol.model.Role;
import mainstay.protocol.model.ServerList;
import mainstay.protocol.model.ServiceName;
import mainstay.protocol.model.ServiceSettings;
import mainstay.protocol.model.TestDefinition;

/**
 * All objects of the configuration at one version, and the rules by which it changes.
 *
 * <p>An object's revision counts its changes, from 1. It goes on counting when an object is created again under an id
 * that was deleted, so that no two forms of an object ever have the same revision.
 *
 * @param version number of changes so far; 0 only before the first one, which stores the default settings
 * @param objects by the word of their kind and by id
 * @param retired last revisions of deleted objects, by the word of their kind and by id
 * @param recent the newest {@value #REMEMBERED} changes, oldest first: the history that can be read, and the requests
 *     that are recognised when they are repeated. An older request counts as a new one, and so does one that stored
 *     nothing
 */
public record Configuration(
    long version,
    Map<String, Map<String, Revisioned>> objects,
    Map<String, Map<String, Long>> retired,
    List<Remembered> recent)
    implements CborSerializable {
  /** Changes that are remembered. */
  public static final int REMEMBERED = 1_000;
  /** Ids of one kind that may ever be used, those of deleted objects included. */
  public static final int MAX_IDS = 1_000_000;
  /** Author of what nobody asked for. */
  public static final String SYSTEM = "system";

  private static final int NAMED_IN_REFUSAL = 5;

  /** @param object what was put; empty for a deletion */
  public record Remembered(String requestId, Change change, Optional<ConfigurationObject> object) {}

  public Configuration {
    objects = sorted(objects);
    retired = sorted(retired);
    recent = List.copyOf(recent);
  }

  public static Configuration initial() {
    return new Configuration(0, SortedTree.empty(), SortedTree.empty(), List.of());
  }

  /** The change that every configuration begins with: default settings with all servers in their first order. */
  public static ConfigurationEvent beginning(ServerList servers, Instant now, long term) {
    var settings =
        new ServiceSettings(ServiceSettings.DEFAULT_ID, servers, FailbackPolicy.AUTOMATIC, false);
    return new ConfigurationEvent.ObjectPut(
        settings,
        1,
        1,
        true,
        "",
        SYSTEM,
        "order of the servers in the configuration file",
        now,
        term);
  }

  // ---- what is in it

  public Optional<Revisioned> find(ObjectKind kind, String id) {
    return Optional.ofNullable(ofKind(kind).get(id));
  }

  public Optional<Device> device(String id) {
    return find(ObjectKind.DEVICE, id).map(found -> (Device) found.object());
  }

  public Optional<TestDefinition> test(String id) {
    return find(ObjectKind.TEST, id).map(found -> (TestDefinition) found.object());
  }

  public Optional<ManualPoint> point(String id) {
    return find(ObjectKind.POINT, id).map(found -> (ManualPoint) found.object());
  }

  /** By id. */
  public Stream<Device> devices() {
    return ofKind(ObjectKind.DEVICE).values().stream().map(found -> (Device) found.object());
  }

  /** By id. */
  public Stream<TestDefinition> tests() {
    return ofKind(ObjectKind.TEST).values().stream().map(found -> (TestDefinition) found.object());
  }

  /** By id. */
  public Stream<ManualPoint> points() {
    return ofKind(ObjectKind.POINT).values().stream().map(found -> (ManualPoint) found.object());
  }

  /** By id. */
  public Collection<Revisioned> list(ObjectKind kind) {
    return ofKind(kind).values();
  }

  /** Ids of all manual points that exist or ever existed. */
  public Set<String> pointIdsEverUsed() {
    var ids = new TreeSet<>(ofKind(ObjectKind.POINT).keySet());
    ids.addAll(retiredOf(ObjectKind.POINT).keySet());
    return ids;
  }

  /**
   * The settings of a service: its own, else the default ones.
   *
   * @throws IllegalStateException at version 0, where there are none yet
   */
  public ServiceSettings settingsFor(ServiceName service) {
    return find(ObjectKind.SERVICE, service.value())
        .or(() -> find(ObjectKind.SERVICE, ServiceSettings.DEFAULT_ID))
        .map(found -> (ServiceSettings) found.object())
        .orElseThrow(() -> new IllegalStateException("the configuration at version " + version
            + " has no default settings for service " + service));
  }

  /** {@code configuration}, each engine that a device names, and each service with settings of its own. */
  public Set<ServiceName> services() {
    var services = new TreeSet<ServiceName>();
    services.add(ServiceName.CONFIGURATION);
    devices().map(device -> ServiceName.dge(device.dge())).forEach(services::add);
    ofKind(ObjectKind.SERVICE).keySet().stream()
        .filter(id -> !id.equals(ServiceSettings.DEFAULT_ID))
        .map(ServiceName::new)
        .forEach(services::add);
    return services;
  }

  public DgeConfiguration dgeConfiguration(String identity) {
    var devices = devices()
        .filter(device -> device.enabled() && device.dge().equals(identity))
        .toList();
    var ids = devices.stream().map(Device::id).collect(Collectors.toSet());
    var tests =
        tests().filter(test -> test.enabled() && ids.contains(test.device())).toList();
    return new DgeConfiguration(identity, version, devices, tests, performanceDatabase(identity));
  }

  /** Where an engine stores its samples. */
  public PerformanceDatabase performanceDatabase(String identity) {
    return find(ObjectKind.DGE, identity)
        .map(found -> ((Dge) found.object()).performanceDatabase())
        .orElse(PerformanceDatabase.INSTALLATION);
  }

  /** Changes after a version, oldest first, as far as they are remembered. */
  public List<Change> history(long afterVersion, int limit) {
    return recent.stream()
        .map(Remembered::change)
        .filter(change -> change.version() > afterVersion)
        .limit(Math.max(0, limit))
        .toList();
  }

  // ---- how it changes

  public Outcome<ConfigurationEvent, ServiceReply> decide(
      Provisioning.Write write, RequestContext context) {
    if (write instanceof PutObject put) {
      return put(put, context);
    }
    if (write instanceof DeleteObject delete) {
      return delete(delete, context);
    }
    throw new IllegalStateException("unknown change of the configuration: " + write);
  }

  private Outcome<ConfigurationEvent, ServiceReply> put(PutObject put, RequestContext context) {
    var object = put.object();
    var kind = object.objectKind();
    var current = find(kind, object.id());
    return repeated(put, context)
        .or(() -> refusedOnBackup(kind, context))
        .or(() -> stale(kind, object.id(), current, put.precondition()))
        .or(() -> invalid(kind, object.id(), ObjectRules.errors(put, this, context.allowed())))
        .or(() -> unchanged(object, current, context))
        .or(() -> full(kind, object.id(), current))
        .<Outcome<ConfigurationEvent, ServiceReply>>map(Outcome::answer)
        .orElseGet(() -> {
          var event = new ConfigurationEvent.ObjectPut(
              object,
              version + 1,
              lastRevision(kind, object.id()) + 1,
              current.isEmpty(),
              context.requestId(),
              context.principal().name(),
              put.comment(),
              context.now(),
              context.term());
          return Outcome.store(
              event, new Written(event.version(), event.revision(), event.term(), event.created()));
        });
  }

  private Outcome<ConfigurationEvent, ServiceReply> delete(
      DeleteObject delete, RequestContext context) {
    var kind = delete.kind();
    var current = find(kind, delete.id());
    return repeated(delete, context)
        .or(() -> refusedOnBackup(kind, context))
        .or(() -> current.isEmpty() ? Optional.of(notFound(kind, delete.id())) : Optional.empty())
        .or(() -> stale(kind, delete.id(), current, delete.precondition()))
        .or(() -> invalid(kind, delete.id(), ObjectRules.errors(delete)))
        .or(() -> inUse(kind, delete.id()))
        .<Outcome<ConfigurationEvent, ServiceReply>>map(Outcome::answer)
        .orElseGet(() -> {
          var event = new ConfigurationEvent.ObjectDeleted(
              kind,
              delete.id(),
              version + 1,
              current.orElseThrow().revision(),
              context.requestId(),
              context.principal().name(),
              delete.comment(),
              context.now(),
              context.term());
          return Outcome.store(event, new Written(event.version(), 0, event.term(), false));
        });
  }

  /** Replay: accepts every event ever stored, so it never validates. */
  public Configuration apply(ConfigurationEvent event) {
    if (event instanceof ConfigurationEvent.ObjectPut put) {
      var kind = put.object().objectKind();
      var id = put.object().id();
      return next(
          put,
          with(
              objects,
              kind,
              SortedTree.of(ofKind(kind)).with(id, new Revisioned(put.object(), put.revision()))),
          with(retired, kind, SortedTree.of(retiredOf(kind)).without(id)),
          change(put),
          Optional.of(put.object()));
    }
    if (event instanceof ConfigurationEvent.ObjectDeleted deleted) {
      var kind = deleted.kind();
      return next(
          deleted,
          with(objects, kind, SortedTree.of(ofKind(kind)).without(deleted.id())),
          with(
              retired, kind, SortedTree.of(retiredOf(kind)).with(deleted.id(), deleted.revision())),
          change(deleted),
          Optional.empty());
    }
    throw new IllegalStateException("unknown event of the configuration: " + event);
  }

  private Configuration next(
      ConfigurationEvent event,
      Map<String, Map<String, Revisioned>> objects,
      Map<String, Map<String, Long>> retired,
      Change change,
      Optional<ConfigurationObject> object) {
    var remembered =
        new ArrayList<>(recent.subList(Math.max(0, recent.size() - REMEMBERED + 1), recent.size()));
    remembered.add(new Remembered(event.requestId(), change, object));
    return new Configuration(event.version(), objects, retired, remembered);
  }

  private static Change change(ConfigurationEvent.ObjectPut put) {
    return new Change(
        put.version(),
        put.object().objectKind(),
        put.object().id(),
        put.created() ? "created" : "changed",
        put.revision(),
        put.at(),
        put.author(),
        put.comment(),
        put.term());
  }

  private static Change change(ConfigurationEvent.ObjectDeleted deleted) {
    return new Change(
        deleted.version(),
        deleted.kind(),
        deleted.id(),
        "deleted",
        deleted.revision(),
        deleted.at(),
        deleted.author(),
        deleted.comment(),
        deleted.term());
  }

  // ---- one refusal each

  private Optional<ServiceReply> repeated(Provisioning.Write write, RequestContext context) {
    return context.requestId().isEmpty()
        ? Optional.empty()
        : recent.stream()
            .filter(first -> first.requestId().equals(context.requestId()))
            .findFirst()
            .map(first -> same(first, write, context) ? answer(first.change()) : usedBefore(first));
  }

  private static boolean same(Remembered first, Provisioning.Write write, RequestContext context) {
    var change = first.change();
    return change.author().equals(context.principal().name())
        && (write instanceof PutObject put
            ? first.object().equals(Optional.of(put.object()))
                && change.comment().equals(put.comment())
            : write instanceof DeleteObject delete
                && first.object().isEmpty()
                && change.kind() == delete.kind()
                && change.id().equals(delete.id())
                && change.comment().equals(delete.comment()));
  }

  private static ServiceReply answer(Change change) {
    boolean deleted = change.action().equals("deleted");
    return new Written(
        change.version(),
        deleted ? 0 : change.revision(),
        change.term(),
        change.action().equals("created"));
  }

  private static ServiceReply usedBefore(Remembered first) {
    var change = first.change();
    return Rejected.of(
        Reason.INVALID,
        "request id '" + first.requestId() + "' was used before, when version " + change.version()
            + " was stored ("
            + change.author() + ": " + named(change.kind(), change.id()) + " " + change.action()
            + "); use a new id for another request");
  }

  /** Invariant I5: configuration changes need the primary; server lists must stay changeable when it is lost. */
  private Optional<ServiceReply> refusedOnBackup(ObjectKind kind, RequestContext context) {
    var settings = settingsFor(ServiceName.CONFIGURATION);
    var primary = settings.serverList().primary();
    boolean open = context.self().equals(primary)
        || settings.configurationOnBackup()
        || kind == ObjectKind.SERVICE && context.principal().role().includes(Role.ADMIN);
    return open
        ? Optional.empty()
        : Optional.of(Rejected.of(
            Reason.REFUSED_BY_RULE,
            "configuration is changed only while its primary server " + primary
                + " serves it, and now the backup "
                + context.self() + " does; wait for " + primary
                + " to return, or have an admin put another server first in the list of service '"
                + ServiceName.CONFIGURATION + "'"));
  }

  private static Optional<ServiceReply> stale(
      ObjectKind kind, String id, Optional<Revisioned> current, Precondition expected) {
    var revision =
        current.isPresent() ? OptionalLong.of(current.get().revision()) : OptionalLong.empty();
    if (expected.holds(revision)) {
      return Optional.empty();
    }
    var is = current.isPresent() ? "is at revision " + revision.getAsLong() : "does not exist";
    var wanted = expected.kind() == Precondition.Kind.ABSENT
        ? "that it does not exist"
        : "revision " + expected.revision();
    return Optional.of(Rejected.of(
        Reason.STALE_REVISION,
        named(kind, id) + " " + is + ", but the request expects " + wanted
            + "; read it again before you change it"));
  }

  private static Optional<ServiceReply> invalid(
      ObjectKind kind, String id, List<FieldError> errors) {
    return errors.isEmpty()
        ? Optional.empty()
        : Optional.of(new Rejected(
            Reason.INVALID,
            named(kind, id) + " was not stored: "
                + errors.stream()
                    .map(e -> e.path() + " " + e.message())
                    .collect(Collectors.joining("; ")),
            errors));
  }

  private Optional<ServiceReply> unchanged(
      ConfigurationObject object, Optional<Revisioned> current, RequestContext context) {
    return current
        .filter(found -> found.object().equals(object))
        .map(found -> new Written(version, found.revision(), context.term(), false));
  }

  private Optional<ServiceReply> full(ObjectKind kind, String id, Optional<Revisioned> current) {
    boolean newId = current.isEmpty() && !retiredOf(kind).containsKey(id);
    return newId && ofKind(kind).size() + retiredOf(kind).size() >= MAX_IDS
        ? Optional.of(Rejected.of(
            Reason.REFUSED_BY_RULE,
            "the configuration has used " + MAX_IDS + " different ids of kind '" + kind.word()
                + "', which is its limit; use the id of a deleted one again instead of '" + id
                + "'"))
        : Optional.empty();
  }

  private static ServiceReply notFound(ObjectKind kind, String id) {
    return Rejected.of(Reason.NOT_FOUND, "there is no " + named(kind, id));
  }

  private Optional<ServiceReply> inUse(ObjectKind kind, String id) {
    if (kind == ObjectKind.SERVICE && id.equals(ServiceSettings.DEFAULT_ID)) {
      return Optional.of(
          Rejected.of(
              Reason.REFUSED_BY_RULE,
              "the default settings hold for every service without its own and cannot be deleted; change them instead"));
    }
    if (kind != ObjectKind.DEVICE) {
      return Optional.empty();
    }
    var users =
        tests().filter(test -> test.device().equals(id)).map(TestDefinition::id).toList();
    if (users.isEmpty()) {
      return Optional.empty();
    }
    var some = String.join(", ", users.subList(0, Math.min(users.size(), NAMED_IN_REFUSAL)));
    return Optional.of(Rejected.of(
        Reason.REFUSED_BY_RULE,
        named(kind, id) + " has " + users.size() + (users.size() == 1 ? " test: " : " tests: ")
            + some + (users.size() > NAMED_IN_REFUSAL ? ", ..." : "")
            + "; delete or move its tests first"));
  }

  // ---- parts

  private Map<String, Revisioned> ofKind(ObjectKind kind) {
    return objects.getOrDefault(kind.word(), SortedTree.empty());
  }

  private Map<String, Long> retiredOf(ObjectKind kind) {
    return retired.getOrDefault(kind.word(), SortedTree.empty());
  }

  private long lastRevision(ObjectKind kind, String id) {
    return find(kind, id)
        .map(Revisioned::revision)
        .orElseGet(() -> retiredOf(kind).getOrDefault(id, 0L));
  }

  private static <V> Map<String, Map<String, V>> with(
      Map<String, Map<String, V>> all, ObjectKind kind, Map<String, V> ofKind) {
    return SortedTree.of(all).with(kind.word(), ofKind);
  }

  private static <V> Map<String, Map<String, V>> sorted(Map<String, Map<String, V>> byKind) {
    SortedTree<Map<String, V>> result = SortedTree.empty();
    for (var entry : byKind.entrySet()) {
      result = result.with(entry.getKey(), SortedTree.of(entry.getValue()));
    }
    return result;
  }

  static String named(ObjectKind kind, String id) {
    return kind.word() + " '" + id + "'";
  }
}
