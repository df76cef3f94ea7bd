package mainstay.node.databases;

import akka.actor.typed.ActorRef;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import mainstay.node.databases.core.AdminRules;
import mainstay.node.databases.core.Agreed;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.message.ServiceReply.Reason;
import mainstay.protocol.model.ActiveSet;
import mainstay.protocol.model.ActiveSet.Role;
import mainstay.protocol.model.Failures;

/** What operators ask for, where {@link AdminRules} allow it. Only the acting coordinator changes anything. */
final class Administration {
  private final DatabaseCoordinatorActor.Environment environment;
  private final OwnThread thread;
  private final Peers peers;
  private final Register register;
  private final ChosenSet set;
  private final Inquiries inquiries;
  private final Synchronisations synchronisations;
  private final ReturnPolicies policies;
  private final ContentCheck contentCheck;
  private final DatabaseTable table;

  Administration(
      DatabaseCoordinatorActor.Environment environment,
      OwnThread thread,
      Peers peers,
      Register register,
      ChosenSet set,
      Inquiries inquiries,
      Synchronisations synchronisations,
      ReturnPolicies policies,
      ContentCheck contentCheck,
      DatabaseTable table) {
    this.environment = environment;
    this.thread = thread;
    this.peers = peers;
    this.register = register;
    this.set = set;
    this.inquiries = inquiries;
    this.synchronisations = synchronisations;
    this.policies = policies;
    this.contentCheck = contentCheck;
    this.table = table;
  }

  void carryOut(DatabaseAdmin.Command command) {
    if (command instanceof DatabaseAdmin.GetDatabases get) {
      get.replyTo().tell(table.listing());
    } else if (command instanceof DatabaseAdmin.Add add) {
      carryOut(
          add.database().name(),
          add.replyTo(),
          known ->
              AdminRules.add(known, add.database(), environment.link().refusal(add.database())),
          () -> add(add));
    } else if (command instanceof DatabaseAdmin.Remove remove) {
      carryOut(
          remove.name(),
          remove.replyTo(),
          known -> AdminRules.remove(known, remove.name()),
          () -> remove(remove));
    } else if (command instanceof DatabaseAdmin.Activate activate) {
      carryOut(
          activate.name(),
          activate.replyTo(),
          known -> AdminRules.activate(known, activate.name()),
          () -> activate(activate));
    } else if (command instanceof DatabaseAdmin.Deactivate deactivate) {
      carryOut(
          deactivate.name(),
          deactivate.replyTo(),
          known -> AdminRules.deactivate(known, deactivate.name()),
          () -> deactivate(deactivate));
    } else if (command instanceof DatabaseAdmin.Check check) {
      carryOut(
          check.name(),
          check.replyTo(),
          known -> AdminRules.check(known, check.name()),
          () -> check(check));
    }
  }

  private void carryOut(
      String name,
      ActorRef<DatabaseAdmin.Reply> replyTo,
      Function<Optional<ActiveSet>, AdminRules.Verdict> rule,
      Runnable work) {
    if (!peers.acting()) {
      refuse(
          replyTo,
          Reason.NO_ACTIVE_SERVER,
          "the servers do not agree yet on who coordinates the databases; nothing was done");
      return;
    }
    var verdict = rule.apply(set.known().map(Agreed::set));
    if (verdict instanceof AdminRules.Refuse refuse) {
      refuse(replyTo, refuse.reason(), refuse.detail());
    } else if (verdict instanceof AdminRules.Nothing) {
      replyTo.tell(table.reply(name));
    } else {
      work.run();
    }
  }

  private void add(DatabaseAdmin.Add add) {
    var database = add.database();
    var who = add.principal().name();
    change(
        set.changes(who).add(database, who + " made " + database.name() + " known"),
        database.name(),
        add.replyTo(),
        now -> now.member(database.name()).isPresent());
  }

  private void remove(DatabaseAdmin.Remove remove) {
    var name = remove.name();
    var who = remove.principal().name();
    synchronisations.end(name, who + " removes it");
    change(
        set.changes(who).remove(name, who + " removed " + name),
        name,
        remove.replyTo(),
        now -> now.member(name).isEmpty());
  }

  private void deactivate(DatabaseAdmin.Deactivate deactivate) {
    var name = deactivate.name();
    var who = deactivate.principal().name();
    synchronisations.end(name, who + " deactivates it");
    change(
        set.changes(who).hold(name, who + " deactivated " + name),
        name,
        deactivate.replyTo(),
        now -> AdminRules.isHeld(now, name));
  }

  private void check(DatabaseAdmin.Check check) {
    contentCheck.begin();
    check.replyTo().tell(table.reply(check.name()));
  }

  private void activate(DatabaseAdmin.Activate activate) {
    var name = activate.name();
    var agreed = set.known().orElseThrow();
    if (activate.force()) {
      force(activate, agreed);
      return;
    }
    policies.wanted(name);
    if (AdminRules.isHeld(agreed.set(), name)) {
      var who = activate.principal().name();
      change(
          set.changes(who).release(name, who + " ended the hold of " + name),
          name,
          activate.replyTo(),
          now -> now.member(name).isPresent() && !AdminRules.isHeld(now, name));
    } else {
      activate.replyTo().tell(table.reply(name));
    }
  }

  private void force(DatabaseAdmin.Activate activate, Agreed agreed) {
    var name = activate.name();
    var asked = AdminRules.askedForForce(agreed.set(), name);
    inquiries.ask(agreed, asked, Set.copyOf(asked), inquiry -> {
      var verdict =
          AdminRules.force(agreed.set(), name, peers.asked(), inquiry.probes(), inquiry.isOver());
      if (verdict.isEmpty()) {
        return;
      }
      inquiries.close(inquiry);
      if (verdict.get() instanceof AdminRules.Refuse refuse) {
        refuse(activate.replyTo(), refuse.reason(), refuse.detail());
      } else {
        prepare(activate, agreed);
      }
    });
  }

  private void prepare(DatabaseAdmin.Activate activate, Agreed agreed) {
    var database = agreed.set().member(activate.name()).orElseThrow().database();
    thread.after(
        environment.link().look(database, environment.settings().probeTimeout()),
        (content, failure) -> {
          if (failure == null) {
            giveUpOthers(activate, agreed);
          } else {
            refuse(activate.replyTo(), Reason.REFUSED_BY_RULE, Failures.message(failure));
          }
        });
  }

  private void giveUpOthers(DatabaseAdmin.Activate activate, Agreed agreed) {
    var name = activate.name();
    synchronisations.end(name, "it is activated by force");
    var who = activate.principal().name();
    var given = String.join(", ", set.known().orElseThrow().set().active());
    change(
        set.changes(who)
            .force(
                agreed.epoch(),
                name,
                who + " activated " + name + " by force and gave up what " + given + " alone has"),
        name,
        activate.replyTo(),
        now -> now.has(name, Role.ACTIVE));
  }

  /** @param wanted what must be so afterwards, whoever has made it so */
  private void change(
      UnaryOperator<Optional<Agreed>> change,
      String name,
      ActorRef<DatabaseAdmin.Reply> replyTo,
      Predicate<ActiveSet> wanted) {
    register.ask(change, result -> {
      if (result instanceof RoundActor.Failed failed) {
        refuse(
            replyTo, Reason.OUTCOME_UNKNOWN, failed.why() + "; look at the databases, repeat it");
      } else if (set.known().filter(agreed -> wanted.test(agreed.set())).isPresent()) {
        replyTo.tell(table.reply(name));
      } else {
        refuse(
            replyTo,
            Reason.REFUSED_BY_RULE,
            "the set of databases has changed meanwhile: "
                + set.known().map(agreed -> agreed.set().text()).orElse("none is known")
                + "; repeat it if it is still wanted");
      }
    });
  }

  private static void refuse(ActorRef<DatabaseAdmin.Reply> replyTo, Reason reason, String detail) {
    replyTo.tell(DatabaseAdmin.Reply.refused(reason, detail));
  }
}
