package mainstay.node.provisioning.core;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import mainstay.node.host.core.StateModel;
import mainstay.node.host.core.Streams;
import mainstay.protocol.message.Points;
import mainstay.protocol.message.Points.SetValue;
import mainstay.protocol.message.Provisioning;
import mainstay.protocol.message.ServiceReply;
import mainstay.protocol.message.ServiceReply.PointDescription;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.message.ServiceReply.Rejected;
import mainstay.protocol.message.ServiceReply.Revisioned;
import mainstay.protocol.message.ServiceRequest;
import mainstay.protocol.model.FieldError;
import mainstay.protocol.model.ManualPoint;
import mainstay.protocol.model.ObjectKind;

/**
 * The replicated state of the service {@code configuration}: one stream for the configuration and one for the value of
 * each manual point. A deleted point keeps its stream, so which streams belong to the service only grows and follows
 * from the configuration alone; created again, the point has its last value and its revisions go on.
 */
public final class ConfigurationStateModel implements StateModel {
  public static final String CONFIGURATION_ID = "configuration|main";
  private static final String POINT_PREFIX = "point|";

  public static String pointPersistenceId(String point) {
    return POINT_PREFIX + point;
  }

  /**
   * @param persistenceId as from {@link #pointPersistenceId}
   * @throws IllegalArgumentException for any other
   */
  public static String pointOf(String persistenceId) {
    if (!persistenceId.startsWith(POINT_PREFIX)) {
      throw new IllegalArgumentException("stream " + persistenceId + " does not belong to a point");
    }
    return persistenceId.substring(POINT_PREFIX.length());
  }

  /** The configuration among the states of the service. */
  public static Configuration configuration(Streams states) {
    return states
        .state(CONFIGURATION_ID)
        .map(Configuration.class::cast)
        .orElseGet(Configuration::initial);
  }

  @Override
  public Set<String> persistenceIds(Streams known) {
    var ids = new TreeSet<String>();
    ids.add(CONFIGURATION_ID);
    configuration(known).pointIdsEverUsed().forEach(point -> ids.add(pointPersistenceId(point)));
    return ids;
  }

  @Override
  public Object initial(String persistenceId) {
    return persistenceId.equals(CONFIGURATION_ID)
        ? Configuration.initial()
        : initialPoint(persistenceId);
  }

  @Override
  public Object apply(String persistenceId, Object state, Object event) {
    if (state instanceof Configuration configuration
        && event instanceof ConfigurationEvent change) {
      return configuration.apply(change);
    }
    if (state instanceof PointState point && event instanceof PointEvent change) {
      return point.apply(change);
    }
    throw new IllegalStateException("stream " + persistenceId + " holds " + event
        + ", which does not fit its state of type " + state.getClass().getName());
  }

  @Override
  public String streamFor(ServiceRequest.Write request) {
    if (request instanceof Provisioning.Write) {
      return CONFIGURATION_ID;
    }
    if (request instanceof SetValue set) {
      return pointPersistenceId(set.point());
    }
    throw new IllegalStateException("unknown write: " + request);
  }

  @Override
  public Optional<Rejected> admit(ServiceRequest.Write request, Streams states) {
    return request instanceof SetValue set ? admit(set, configuration(states)) : Optional.empty();
  }

  private static Optional<Rejected> admit(SetValue set, Configuration configuration) {
    var point = configuration.point(set.point());
    if (point.isPresent()) {
      return outsideLimits(set.value(), point.get());
    }
    return Optional.of(configuration
        .test(set.point())
        .map(test -> Rejected.of(
            Reason.REFUSED_BY_RULE,
            "the value of point '" + set.point()
                + "' is gathered by the test of the same id on device '" + test.device()
                + "' and cannot be set"))
        .orElseGet(() -> noSuchPoint(set.point())));
  }

  private static Optional<Rejected> outsideLimits(double value, ManualPoint point) {
    boolean low = point.minimum().isPresent() && value < point.minimum().get();
    boolean high = point.maximum().isPresent() && value > point.maximum().get();
    if (!low && !high) {
      return Optional.empty();
    }
    var limit =
        low ? "at least " + point.minimum().get() : "at most " + point.maximum().get();
    return Optional.of(new Rejected(
        Reason.INVALID,
        "the value " + value + " is outside the limits of point '" + point.id() + "', it must be "
            + limit,
        List.of(new FieldError("/value", "must be " + limit + ", but is " + value))));
  }

  @Override
  public ServiceReply read(ServiceRequest.Read request, Streams states) {
    var configuration = configuration(states);
    if (request instanceof Points.GetValue get) {
      return value(get.point(), configuration, states);
    }
    if (request instanceof Points.ListPoints) {
      return points(configuration);
    }
    if (request instanceof Provisioning.GetObject get) {
      return object(get, configuration);
    }
    if (request instanceof Provisioning.ListObjects list) {
      return objects(list, configuration);
    }
    if (request instanceof Provisioning.GetHistory history) {
      return new ServiceReply.History(
          configuration.history(history.afterVersion(), history.limit()), configuration.version());
    }
    throw new IllegalStateException("unknown read: " + request);
  }

  private static ServiceReply value(String point, Configuration configuration, Streams states) {
    if (configuration.test(point).isPresent()) {
      return new ServiceReply.GatheredPoint(point);
    }
    return configuration.point(point).isPresent()
        ? states
            .state(pointPersistenceId(point))
            .map(PointState.class::cast)
            .orElseGet(PointState::initial)
            .value(point)
        : noSuchPoint(point);
  }

  private static ServiceReply points(Configuration configuration) {
    var manual = configuration
        .points()
        .map(point -> new PointDescription(point.id(), point.name(), "manual", point.unit()));
    var gathered = configuration
        .tests()
        .map(test -> new PointDescription(test.id(), test.name(), "gathered", test.unit()));
    return new ServiceReply.PointDirectory(Stream.concat(manual, gathered)
        .sorted(Comparator.comparing(PointDescription::id))
        .toList());
  }

  private static ServiceReply object(Provisioning.GetObject get, Configuration configuration) {
    return configuration
        .find(get.kind(), get.id())
        .<ServiceReply>map(found ->
            new ServiceReply.ObjectFound(found.object(), found.revision(), configuration.version()))
        .orElseGet(() -> Rejected.of(
            Reason.NOT_FOUND, "there is no " + Configuration.named(get.kind(), get.id())));
  }

  private static ServiceReply objects(Provisioning.ListObjects list, Configuration configuration) {
    var kinds = list.kind().map(List::of).orElseGet(() -> List.of(ObjectKind.values()));
    var items = new ArrayList<Revisioned>();
    kinds.forEach(kind -> items.addAll(configuration.list(kind)));
    return new ServiceReply.Objects(items, configuration.version());
  }

  private static Object initialPoint(String persistenceId) {
    pointOf(persistenceId);
    return PointState.initial();
  }

  private static Rejected noSuchPoint(String point) {
    return Rejected.of(Reason.NOT_FOUND, "there is no point '" + point + "'");
  }
}
