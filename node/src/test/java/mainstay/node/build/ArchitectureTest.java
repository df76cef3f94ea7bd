package mainstay.node.build;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import java.util.List;
import java.util.stream.Stream;
import mainstay.http.violation.HttpThatKnowsTablesAndActors;
import mainstay.node.violation.core.ImpureCore;
import mainstay.persistence.violation.PersistenceThatKnowsTheNode;
import mainstay.protocol.violation.ProtocolThatKnowsPersistence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/** Holds the modules to {@link ModuleRules}, and the rules to classes that break them. */
class ArchitectureTest {
  private static final JavaClasses PRODUCT = new ClassFileImporter()
      .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
      .importPackages("mainstay");

  static final List<ArchRule> RULES = ModuleRules.ALL;

  @ParameterizedTest
  @FieldSource("RULES")
  void productKeepsTheRule(ArchRule rule) {
    rule.check(PRODUCT);
  }

  @Test
  void impureCoreIsFound() {
    assertThat(violations(ModuleRules.CORES_ARE_PURE, ImpureCore.class))
        .anyMatch(line -> line.contains("akka.actor.typed.ActorRef"))
        .anyMatch(line -> line.contains("java.sql.Connection"))
        .anyMatch(line -> line.contains("java.time.Instant.now()"))
        .anyMatch(line -> line.contains("java.util.concurrent.ThreadLocalRandom"))
        .anyMatch(line -> line.contains("java.lang.System.nanoTime()"))
        .anyMatch(line -> line.contains("mainstay.node.violation.Plumbing"))
        .noneMatch(line -> line.contains("java.net.URI"))
        .noneMatch(line -> line.contains("mainstay.protocol"))
        .noneMatch(line -> line.contains("java.util.List"));
  }

  @Test
  void dependenciesAgainstTheDirectionAreFound() {
    assertThat(violations(
            ModuleRules.PROTOCOL_KNOWS_NO_OTHER_MODULE, ProtocolThatKnowsPersistence.class))
        .isNotEmpty();
    assertThat(violations(
            ModuleRules.PERSISTENCE_KNOWS_THE_PROTOCOL_ONLY, PersistenceThatKnowsTheNode.class))
        .isNotEmpty();
  }

  @Test
  void tablesAndActorsBehindHttpAreFound() {
    assertThat(violations(
            ModuleRules.HTTP_KNOWS_MESSAGES_NEVER_ACTORS_OR_TABLES,
            HttpThatKnowsTablesAndActors.class))
        .anyMatch(line -> line.contains("java.sql.Connection"))
        .anyMatch(line -> line.contains("mainstay.node"));
  }

  @Test
  void classOutsideTheModulesIsFound() {
    assertThat(violations(ModuleRules.EVERY_CLASS_BELONGS_TO_A_MODULE, Stream.class))
        .isNotEmpty();
  }

  private static List<String> violations(ArchRule rule, Class<?> type) {
    return rule.evaluate(new ClassFileImporter().importClasses(type))
        .getFailureReport()
        .getDetails();
  }
}
