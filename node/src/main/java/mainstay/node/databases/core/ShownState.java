package mainstay.node.databases.core;

import mainstay.protocol.message.DatabaseAdmin;
import mainstay.protocol.model.ActiveSet.Member;

/** The one word that says how it is with a database: {@link DatabaseAdmin.Database#state()}. */
public final class ShownState {
  private ShownState() {}

  /**
   * @param synchronised whether it is being synchronised
   * @param trouble whether the last attempt to work with it failed
   */
  public static String of(Member member, boolean synchronised, boolean trouble) {
    return switch (member.role()) {
      case JOINING -> "joining";
      case ACTIVE -> trouble ? "unreachable" : "active";
      case INACTIVE -> {
        if (synchronised) {
          yield "synchronising";
        }
        if (member.held()) {
          yield "held";
        }
        if (trouble) {
          yield "unreachable";
        }
        yield DropPolicy.isDamage(member) ? "damaged" : "not active";
      }
    };
  }
}
