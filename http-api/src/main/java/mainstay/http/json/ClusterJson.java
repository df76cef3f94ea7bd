package mainstay.http.json;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import mainstay.protocol.message.ClusterStatus;
import mainstay.protocol.model.ClockOffset;
import mainstay.protocol.model.DurationText;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.Fitness;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServerList;

/** {@code GET /cluster} and its parts. */
public record ClusterJson(
    String reportedBy,
    List<Server> servers,
    Quorum quorum,
    List<Service> services,
    List<Database> databases,
    long configurationVersion) {

  public record Server(
      String name,
      List<String> roles,
      String status,
      String incarnation,
      Synchronisation synchronisation,
      FitnessJson fitness,
      Optional<ClockJson> clock,
      String version) {
    static Server of(ClusterStatus.Server server) {
      return new Server(
          server.name().value(),
          server.roles(),
          server.status(),
          server.incarnation(),
          new Synchronisation(server.synchronisationMode(), server.behind()),
          FitnessJson.of(server.fitness()),
          server.clock().map(ClockJson::of),
          server.version());
    }
  }

  /** @param mode 0 synchronised, 1 following but behind, 2 loading */
  public record Synchronisation(int mode, long behind) {}

  public record FitnessJson(boolean fit, List<String> complaints) {
    static FitnessJson of(Fitness fitness) {
      return new FitnessJson(fitness.fit(), fitness.complaints());
    }
  }

  /** @param offsetMillis that it is ahead of the median of all servers, give or take {@code errorMillis} */
  public record ClockJson(long offsetMillis, long errorMillis) {
    static ClockJson of(ClockOffset offset) {
      return new ClockJson(offset.ahead().toMillis(), offset.error().toMillis());
    }
  }

  public record Quorum(int voters, int reachable, boolean mayAct, String why) {}

  public record Service(
      String name,
      List<String> serverList,
      Policy policy,
      Optional<String> active,
      long term,
      String state,
      String why,
      int rule,
      List<Standby> standbys,
      List<String> warnings) {
    public static Service of(ClusterStatus.Service service) {
      return new Service(
          service.name().value(),
          names(service.serverList()),
          Policy.of(service.policy()),
          service.active().map(ServerId::value),
          service.term(),
          service.state(),
          service.why(),
          service.rule(),
          service.standbys().stream().map(Standby::of).toList(),
          service.warnings());
    }
  }

  /** @param delay null unless the mode is delayed */
  public record Policy(
      String mode,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) Optional<String> delay) {
    static Policy of(FailbackPolicy policy) {
      return new Policy(
          policy.mode().name().toLowerCase(Locale.ROOT),
          policy.mode() == FailbackPolicy.Mode.DELAYED
              ? Optional.of(DurationText.format(policy.delay()))
              : Optional.empty());
    }
  }

  public record Standby(
      String server,
      String state,
      String message,
      int synchronisationMode,
      long sequence,
      String hash) {
    static Standby of(ClusterStatus.Standby standby) {
      return new Standby(
          standby.server().value(),
          standby.state(),
          standby.message(),
          standby.synchronisationMode(),
          standby.sequence(),
          standby.hash());
    }
  }

  public record Database(String name, String vendor, boolean active, String state, long epoch) {
    static Database of(ClusterStatus.Database database) {
      return new Database(
          database.name(),
          database.vendor(),
          database.active(),
          database.state(),
          database.epoch());
    }
  }

  /** {@code GET /services/NAME/explain}: why this server is active and no other. */
  public record Explanation(
      String service,
      Optional<String> active,
      long term,
      String why,
      int rule,
      List<ServerReason> servers) {
    public static Explanation of(ClusterStatus.Service service) {
      var reasons = new ArrayList<ServerReason>();
      service
          .active()
          .ifPresent(active -> reasons.add(new ServerReason(active.value(), service.why())));
      service.standbys().stream()
          .filter(standby -> !service.active().equals(Optional.of(standby.server())))
          .forEach(standby ->
              reasons.add(new ServerReason(standby.server().value(), standby.message())));
      return new Explanation(
          service.name().value(),
          service.active().map(ServerId::value),
          service.term(),
          service.why(),
          service.rule(),
          reasons);
    }
  }

  public record ServerReason(String server, String why) {}

  public static ClusterJson of(ClusterStatus status) {
    var quorum = status.quorum();
    return new ClusterJson(
        status.reportedBy().value(),
        status.servers().stream().map(Server::of).toList(),
        new Quorum(quorum.voters(), quorum.reachable(), quorum.mayAct(), quorum.why()),
        status.services().stream().map(Service::of).toList(),
        status.databases().stream().map(Database::of).toList(),
        status.configurationVersion());
  }

  static List<String> names(ServerList list) {
    return list.servers().stream().map(ServerId::value).toList();
  }
}
