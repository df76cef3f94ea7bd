package mainstay.node.provisioning.core;

import java.util.Optional;
import java.util.regex.Pattern;

/** The forms of host names, IP addresses and web addresses. By form alone: nothing is looked up. */
final class NetworkAddress {
  private static final Pattern HOST_NAME =
      Pattern.compile("(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
          + "(\\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\\.?");
  private static final Pattern LOOKS_NUMERIC = Pattern.compile("(.*\\.)?[0-9]+\\.?");
  private static final Pattern IPV4 =
      Pattern.compile("((25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(\\.(?!$)|$)){4}");
  private static final Pattern IPV6_GROUP = Pattern.compile("[0-9A-Fa-f]{1,4}");
  private static final int IPV6_GROUPS = 8;

  private static final Pattern WEB = Pattern.compile(
      "(?i:https?)://(?<login>[^/?#@]*@)?(?<host>\\[[^]/?#]*]|[^:/?#]*)(:(?<port>[0-9]*))?(?<rest>[/?].*)?");
  /** Without underscores and with a letter first in its last part, as RFC 2396 wants it. */
  private static final Pattern WEB_HOST_NAME = Pattern.compile("([^_]*\\.)?[A-Za-z][^_.]*\\.?");

  private static final Pattern ESCAPED = Pattern.compile("%[0-9A-Fa-f]{2}");
  private static final Pattern UNESCAPED = Pattern.compile("[A-Za-z0-9._~!$&'()*+,;=:@/?-]*");
  private static final Pattern PORT = Pattern.compile("[0-9]{1,5}");

  private NetworkAddress() {}

  static boolean isHost(String text) {
    if (text.contains(":")) {
      return isIpv6(text);
    }
    return LOOKS_NUMERIC.matcher(text).matches()
        ? IPV4.matcher(text).matches()
        : HOST_NAME.matcher(text).matches();
  }

  static boolean isPort(String text) {
    return PORT.matcher(text).matches()
        && Integer.parseInt(text) >= 1
        && Integer.parseInt(text) <= 65_535;
  }

  /** What an absolute http or https address must be and this text is not; empty if it is one. */
  static Optional<String> complaintAboutUrl(String text) {
    var match = WEB.matcher(text);
    if (!match.matches() || !isWebHost(match.group("host"))) {
      return Optional.of(
          "must be an absolute http or https address such as http://server:8080/health");
    }
    if (match.group("login") != null) {
      return Optional.of(
          "must not hold a user or password, for everybody who may look at the configuration sees it");
    }
    if (match.group("port") != null && !isPort(match.group("port"))) {
      return Optional.of("must name a port from 1 to 65535");
    }
    if (match.group("rest") != null && !isWebRest(match.group("rest"))) {
      return Optional.of(
          "must have every character that has no place in a web address written as % and two hexadecimal"
              + " digits, for example %20 for a space");
    }
    return Optional.empty();
  }

  private static boolean isWebHost(String host) {
    if (host.startsWith("[")) {
      return isIpv6(host.substring(1, host.length() - 1));
    }
    return isHost(host)
        && (IPV4.matcher(host).matches() || WEB_HOST_NAME.matcher(host).matches());
  }

  /** In two steps: one pattern with both would need a stack as deep as the text is long. */
  private static boolean isWebRest(String rest) {
    return UNESCAPED.matcher(ESCAPED.matcher(rest).replaceAll("")).matches();
  }

  private static boolean isIpv6(String text) {
    int gap = text.indexOf("::");
    if (gap < 0) {
      return ipv6Groups(text, true) == IPV6_GROUPS;
    }
    int before = ipv6Groups(text.substring(0, gap), false);
    int after = ipv6Groups(text.substring(gap + 2), true);
    return before >= 0 && after >= 0 && before + after < IPV6_GROUPS;
  }

  /** Number of 16-bit groups, -1 if the text is something else. */
  private static int ipv6Groups(String text, boolean mayEndInIpv4) {
    if (text.isEmpty()) {
      return 0;
    }
    var parts = text.split(":", -1);
    int groups = 0;
    for (int i = 0; i < parts.length; i++) {
      if (IPV6_GROUP.matcher(parts[i]).matches()) {
        groups++;
      } else if (mayEndInIpv4 && i == parts.length - 1 && IPV4.matcher(parts[i]).matches()) {
        groups += 2;
      } else {
        return -1;
      }
    }
    return groups;
  }
}
