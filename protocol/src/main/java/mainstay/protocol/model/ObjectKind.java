package mainstay.protocol.model;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** The kinds of configuration objects, in the order in which one may refer to another. */
public enum ObjectKind {
  SERVICE,
  DGE,
  DEVICE,
  TEST,
  POINT;

  /** The word in paths, JSON and logs. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<ObjectKind> fromWord(String word) {
    return Arrays.stream(values()).filter(kind -> kind.word().equals(word)).findFirst();
  }
}
