package mainstay.node.build;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Set;

/** Who may know whom. To change one of these is an architecture decision and needs its record in docs/adr. */
final class ModuleRules {
  private static final String PROTOCOL = "mainstay.protocol";

  /** What a decision must not reach for: the outside world, the clock, chance, threads. */
  private static final List<String> IMPURE_PACKAGES = List.of(
      "java.sql",
      "javax.sql",
      "java.net",
      "javax.net",
      "java.nio.channels",
      "java.nio.file",
      "java.rmi",
      "javax.naming",
      "java.util.logging",
      "java.util.concurrent.locks");

  /** Values that live in one of these packages. */
  private static final Set<String> PURE_TYPES =
      Set.of("java.net.URI", "java.net.URISyntaxException", "java.nio.file.Path");

  private static final Set<String> IMPURE_TYPES = Set.of(
      "java.io.File",
      "java.io.FileInputStream",
      "java.io.FileOutputStream",
      "java.io.RandomAccessFile",
      "java.lang.Process",
      "java.lang.ProcessBuilder",
      "java.lang.Runtime",
      "java.lang.System$Logger",
      "java.lang.Thread",
      "java.security.SecureRandom",
      "java.time.Clock",
      "java.util.Random",
      "java.util.SplittableRandom",
      "java.util.Timer",
      "java.util.concurrent.CompletableFuture",
      "java.util.concurrent.CompletionStage",
      "java.util.concurrent.Executor",
      "java.util.concurrent.ExecutorService",
      "java.util.concurrent.Executors",
      "java.util.concurrent.ScheduledExecutorService",
      "java.util.concurrent.ThreadLocalRandom");

  private static final Set<String> IMPURE_CALLS = Set.of(
      "java.lang.Math.random",
      "java.lang.System.currentTimeMillis",
      "java.lang.System.nanoTime",
      "java.lang.System.getenv",
      "java.lang.System.getProperty",
      "java.lang.System.out",
      "java.lang.System.err",
      "java.util.UUID.randomUUID",
      "java.util.Collections.shuffle");

  /** Decisions are functions of values: a package named core uses the JDK, the protocol and its module's cores. */
  static final ArchRule CORES_ARE_PURE = classes()
      .that()
      .resideInAPackage("mainstay..core..")
      .should(useValuesOnly())
      .allowEmptyShould(true)
      .as("a package named core uses only the JDK without I/O, clock, chance and threads,"
          + " mainstay.protocol and the cores of its own module");

  static final ArchRule PROTOCOL_KNOWS_NO_OTHER_MODULE = noClasses()
      .that()
      .resideInAPackage("mainstay.protocol..")
      .should()
      .dependOnClassesThat()
      .resideInAnyPackage("mainstay.persistence..", "mainstay.http..", "mainstay.node..")
      .allowEmptyShould(true);

  static final ArchRule PERSISTENCE_KNOWS_THE_PROTOCOL_ONLY = noClasses()
      .that()
      .resideInAPackage("mainstay.persistence..")
      .should()
      .dependOnClassesThat()
      .resideInAnyPackage("mainstay.http..", "mainstay.node..")
      .allowEmptyShould(true);

  static final ArchRule HTTP_KNOWS_MESSAGES_NEVER_ACTORS_OR_TABLES = noClasses()
      .that()
      .resideInAPackage("mainstay.http..")
      .should()
      .dependOnClassesThat()
      .resideInAnyPackage(
          "mainstay.persistence..",
          "mainstay.node..",
          "java.sql..",
          "javax.sql..",
          "akka.persistence..",
          "akka.cluster..")
      .allowEmptyShould(true);

  static final ArchRule EVERY_CLASS_BELONGS_TO_A_MODULE = classes()
      .should()
      .resideInAnyPackage(
          "mainstay.protocol..", "mainstay.persistence..", "mainstay.http..", "mainstay.node..")
      .allowEmptyShould(true);

  static final List<ArchRule> ALL = List.of(
      CORES_ARE_PURE,
      PROTOCOL_KNOWS_NO_OTHER_MODULE,
      PERSISTENCE_KNOWS_THE_PROTOCOL_ONLY,
      HTTP_KNOWS_MESSAGES_NEVER_ACTORS_OR_TABLES,
      EVERY_CLASS_BELONGS_TO_A_MODULE);

  private ModuleRules() {}

  private static ArchCondition<JavaClass> useValuesOnly() {
    return new ArchCondition<>("use values only") {
      @Override
      public void check(JavaClass core, ConditionEvents events) {
        core.getDirectDependenciesFromSelf().stream()
            .filter(
                dependency -> !isAllowed(core, dependency.getTargetClass().getBaseComponentType()))
            .forEach(dependency ->
                events.add(SimpleConditionEvent.violated(core, dependency.getDescription())));
        core.getAccessesFromSelf().stream()
            .filter(ModuleRules::readsClockOrChanceOrEnvironment)
            .forEach(
                access -> events.add(SimpleConditionEvent.violated(core, access.getDescription())));
      }
    };
  }

  private static boolean isAllowed(JavaClass core, JavaClass used) {
    var name = used.getName();
    if (used.isPrimitive() || isIn(used, PROTOCOL)) {
      return true;
    }
    if (name.startsWith("mainstay.")) {
      return isIn(used, moduleOf(core))
          && List.of(used.getPackageName().split("\\.")).contains("core");
    }
    if (PURE_TYPES.contains(name)) {
      return true;
    }
    return (name.startsWith("java.") || name.startsWith("javax."))
        && !IMPURE_TYPES.contains(name)
        && IMPURE_PACKAGES.stream().noneMatch(impure -> isIn(used, impure));
  }

  private static boolean readsClockOrChanceOrEnvironment(JavaAccess<?> access) {
    var owner = access.getTargetOwner().getName();
    boolean now = owner.startsWith("java.time.") && access.getName().equals("now");
    return now || IMPURE_CALLS.contains(owner + "." + access.getName());
  }

  private static boolean isIn(JavaClass type, String parent) {
    return (type.getPackageName() + ".").startsWith(parent + ".");
  }

  /** The first two parts of the package. */
  private static String moduleOf(JavaClass type) {
    var parts = type.getPackageName().split("\\.");
    return parts[0] + "." + parts[1];
  }
}
