package mainstay.http.security;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import mainstay.protocol.model.Principal;
import mainstay.protocol.model.Role;

/** Tells from the {@code Authorization} header who asks. The time that it takes does not depend on the tokens. */
public final class Authenticator {
  private static final String SCHEME = "Bearer ";

  private record Entry(byte[] token, Principal principal) {}

  private final List<Entry> entries = new ArrayList<>();

  /** @param tokens one for each role; the principal of a token has the name of its role in lower case */
  public Authenticator(Map<Role, String> tokens) {
    tokens.forEach((role, token) -> entries.add(new Entry(
        token.getBytes(StandardCharsets.ISO_8859_1),
        new Principal(role.name().toLowerCase(Locale.ROOT), role))));
  }

  /** @param authorization value of the header; empty if it is not {@code Bearer} and a token that is known */
  public Optional<Principal> authenticate(String authorization) {
    if (!authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Optional.empty();
    }
    byte[] presented =
        authorization.substring(SCHEME.length()).strip().getBytes(StandardCharsets.ISO_8859_1);
    Optional<Principal> found = Optional.empty();
    for (Entry entry : entries) {
      if (MessageDigest.isEqual(presented, entry.token())) {
        found = Optional.of(entry.principal());
      }
    }
    return found;
  }
}
