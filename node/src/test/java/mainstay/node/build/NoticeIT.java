package mainstay.node.build;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** NOTICE names what the distribution holds: no jar without a licence, no line without a jar. */
class NoticeIT {
  private static final Path DISTRIBUTION = Path.of("target", "mainstay");
  private static final List<String> OWN = List.of("http-api", "node", "persistence", "protocol");

  /** Two spaces, the name of a jar without version, at least two spaces, the licence. */
  private static final Pattern LINE =
      Pattern.compile("^ {2}([A-Za-z][\\w.-]*) {2,}(\\S.*)$", Pattern.MULTILINE);

  /** Name and version: the version starts at the first digit that follows a hyphen. */
  private static final Pattern JAR = Pattern.compile("(.+?)-(\\d.*)\\.jar");

  @Test
  void noticeAndJarsAreTheSame() throws IOException {
    var notice = Files.readString(DISTRIBUTION.resolve("NOTICE"));
    var listed = LINE.matcher(notice).results().map(line -> line.group(1)).toList();

    var jars = librariesOfDistribution();

    assertThat(jars)
        .as("jars in %s", DISTRIBUTION.resolve("lib").toAbsolutePath())
        .isNotEmpty();
    assertThat(without(listed, jars)).as("jars without a line in NOTICE").isEmpty();
    assertThat(without(jars, listed)).as("lines of NOTICE without a jar").isEmpty();
  }

  @Test
  void licenceIsPartOfTheDistribution() {
    assertThat(DISTRIBUTION.resolve("LICENSE")).content().contains("Apache License");
  }

  private static List<String> without(List<String> known, List<String> all) {
    return all.stream().filter(name -> !known.contains(name)).toList();
  }

  private static List<String> librariesOfDistribution() throws IOException {
    try (var files = Files.list(DISTRIBUTION.resolve("lib"))) {
      return files
          .map(file -> nameWithoutVersion(file.getFileName().toString()))
          .filter(name -> !OWN.contains(name))
          .toList();
    }
  }

  private static String nameWithoutVersion(String file) {
    var jar = JAR.matcher(file);
    assertThat(jar.matches()).as("%s is a jar with a version", file).isTrue();
    return jar.group(1);
  }
}
