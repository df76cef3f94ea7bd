package mainstay.node.databases;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import mainstay.node.databases.core.Agreed;
import mainstay.node.databases.core.DropPolicy;
import mainstay.protocol.message.CborSerializable;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.model.DatabaseAddress;
import mainstay.protocol.model.ServerId;

/** What the coordinators of the servers say to each other. */
final class Coordination {
  /** Below {@code /user} on every server; for other lists than the installation's with their name behind it. */
  static final String NAME = "database-coordinator";

  private Coordination() {}

  sealed interface Remote extends DatabaseAdmin.Message, CborSerializable
      permits Heard, Suspected, AskProbe, Probed, Announced, Returning, Forwarded {}

  /**
   * Said to all others at intervals.
   *
   * @param epoch that it has adopted; 0 for none
   * @param chosen the newest epoch that it knows to be chosen, stored everywhere or not
   * @param acting who acts by what the cluster's membership says; empty if it is no member
   */
  record Heard(ServerId from, long epoch, long chosen, Optional<ServerId> acting)
      implements Remote {}

  /** To the acting one. */
  record Suspected(ServerId from, String database, long epoch, String why) implements Remote {}

  /** @param suspects names of those of the databases that need more than a glance */
  record AskProbe(
      ServerId from,
      long question,
      List<DatabaseAddress> databases,
      Set<String> suspects,
      String cluster)
      implements Remote {}

  record Probed(ServerId from, long question, String database, DropPolicy.Probe probe)
      implements Remote {}

  /** This set is stored in all databases that are written in it. */
  record Announced(Agreed agreed) implements Remote {}

  /** This database is being synchronised and will be written soon. */
  record Returning(DatabaseAddress database) implements Remote {}

  /** To the acting one. */
  record Forwarded(
      @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
      @JsonSubTypes({
        @JsonSubTypes.Type(value = DatabaseAdmin.GetDatabases.class, name = "get"),
        @JsonSubTypes.Type(value = DatabaseAdmin.Add.class, name = "add"),
        @JsonSubTypes.Type(value = DatabaseAdmin.Remove.class, name = "remove"),
        @JsonSubTypes.Type(value = DatabaseAdmin.Activate.class, name = "activate"),
        @JsonSubTypes.Type(value = DatabaseAdmin.Deactivate.class, name = "deactivate"),
        @JsonSubTypes.Type(value = DatabaseAdmin.Check.class, name = "check")
      })
      DatabaseAdmin.Command command)
      implements Remote {}
}
