package mainstay.node.databases;

import java.util.List;
import java.util.Optional;
import mainstay.node.databases.core.Agreed;
import mainstay.node.databases.core.DatabaseList;
import mainstay.node.databases.core.ShownState;
import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.model.ActiveSet.Member;
import mainstay.protocol.model.ActiveSet.Role;
import mainstay.protocol.model.DatabaseAddress;

/** The databases as they are shown. */
final class DatabaseTable {
  private final DatabaseList list;
  private final DatabaseLink link;
  private final ChosenSet set;
  private final Synchronisations synchronisations;
  private final Notes notes;

  DatabaseTable(
      DatabaseList list,
      DatabaseLink link,
      ChosenSet set,
      Synchronisations synchronisations,
      Notes notes) {
    this.list = list;
    this.link = link;
    this.set = set;
    this.synchronisations = synchronisations;
    this.notes = notes;
  }

  DatabaseAdmin.Listing listing() {
    return set.known()
        .map(agreed -> new DatabaseAdmin.Listing(
            agreed.epoch(),
            agreed.set().members().stream().map(member -> row(agreed, member)).toList()))
        .orElseGet(() -> new DatabaseAdmin.Listing(
            0,
            list.isInstallation()
                ? List.of()
                : link.configured().stream().map(this::waiting).toList()));
  }

  /** A server that serves already while nobody has said whether this one counts. */
  private DatabaseAdmin.Database waiting(DatabaseAddress database) {
    return new DatabaseAdmin.Database(
        database.name(),
        list.name(),
        database.vendor(),
        database.url(),
        false,
        "not active",
        "it is not known yet which databases of " + list.key()
            + " count; the log says what is missing",
        0,
        database.weight(),
        link.load(database),
        Optional.empty(),
        "",
        Optional.empty());
  }

  /** Without a row if it is not known. */
  DatabaseAdmin.Reply reply(String name) {
    return new DatabaseAdmin.Reply(
        set.known().flatMap(agreed -> agreed.set().member(name).map(member -> row(agreed, member))),
        Optional.empty());
  }

  private DatabaseAdmin.Database row(Agreed agreed, Member member) {
    var name = member.name();
    boolean synchronised = synchronisations.isRunning(name);
    var note = notes.of(name);
    return new DatabaseAdmin.Database(
        name,
        list.name(),
        member.database().vendor(),
        member.database().url(),
        member.role() == Role.ACTIVE,
        ShownState.of(member, synchronised, note.isPresent()),
        synchronised || note.isEmpty() ? member.why() : member.why() + "; " + note.get(),
        agreed.epoch(),
        member.database().weight(),
        link.load(member.database()),
        synchronisations.progress(name),
        notes.journalHash(name),
        notes.checkedAt(name));
  }
}
