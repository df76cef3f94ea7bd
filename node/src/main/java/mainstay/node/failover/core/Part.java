package mainstay.node.failover.core;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** What a member of the cluster is there for. Each of them votes. */
public enum Part {
  /** Serves, or stands by. */
  SERVER,
  /** Only votes: it serves nothing and knows no database. */
  WITNESS;

  /** As in the configuration and in the roles of the cluster's members. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * @param key that has this value, for the complaint
   * @throws IllegalArgumentException naming all there are if there is none such
   */
  public static Part of(String key, String word) {
    return Arrays.stream(values())
        .filter(part -> part.word().equals(word))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(key + " = '" + word + "' must be "
            + Arrays.stream(values()).map(Part::word).collect(Collectors.joining(" or "))));
  }
}
