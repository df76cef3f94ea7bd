package mainstay.protocol.message;

import java.util.List;
import java.util.Optional;
import mainstay.protocol.model.ClockOffset;
import mainstay.protocol.model.FailbackPolicy;
import mainstay.protocol.model.Fitness;
import mainstay.protocol.model.ServerId;
import mainstay.protocol.model.ServerList;
import mainstay.protocol.model.ServiceName;

/**
 * What one server knows of the whole cluster at one moment. Values, for people and programs outside; never the input
 * of a decision.
 *
 * @param services empty while this server is no full member, or has not read from the databases who was active last
 */
public record ClusterStatus(
    ServerId reportedBy,
    List<Server> servers,
    Quorum quorum,
    List<Service> services,
    List<Database> databases,
    long configurationVersion) {

  public Optional<Service> service(ServiceName name) {
    return services.stream().filter(service -> service.name().equals(name)).findFirst();
  }

  /**
   * @param status {@code up}, {@code joining}, {@code unreachable}, {@code leaving} or {@code absent}
   * @param incarnation empty while absent
   * @param synchronisationMode 0 synchronised, 1 following but behind, 2 loading
   * @param behind number of events
   * @param clock how far its clock is from the median of all; empty while that is not known
   */
  public record Server(
      ServerId name,
      List<String> roles,
      String status,
      String incarnation,
      int synchronisationMode,
      long behind,
      Fitness fitness,
      Optional<ClockOffset> clock,
      String version) {}

  /** @param why one sentence: why this server may act or may not */
  public record Quorum(int voters, int reachable, boolean mayAct, String why) {}

  /**
   * @param active empty while nobody is
   * @param term the highest known
   * @param state {@code active}, {@code moving} or {@code none}
   * @param why one sentence: why the active server is active, or why nobody is
   * @param rule number of the rule that decided (ARCHITECTURE.md), 0 where none did
   * @param warnings one sentence each: what is missing for the next takeover
   */
  public record Service(
      ServiceName name,
      ServerList serverList,
      FailbackPolicy policy,
      Optional<ServerId> active,
      long term,
      String state,
      String why,
      int rule,
      List<Standby> standbys,
      List<String> warnings) {}

  /**
   * @param state {@code standby}, {@code synchronising}, {@code activating}, {@code suspended} or {@code absent}
   * @param message one sentence: what this server does for the service and why it does not serve
   */
  public record Standby(
      ServerId server,
      String state,
      String message,
      int synchronisationMode,
      long sequence,
      String hash) {}

  /** @param state {@code reachable}, or {@code unreachable: why} */
  public record Database(String name, String vendor, boolean active, String state, long epoch) {}
}
