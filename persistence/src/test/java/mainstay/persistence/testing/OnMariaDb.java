package mainstay.persistence.testing;

import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Tests that need MariaDB. They are skipped where it is not installed, unless the environment variable
 * {@code MAINSTAY_MARIADB_REQUIRED} says that this must not be.
 */
@Tag("mariadb")
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
@ExtendWith(OnMariaDb.Installed.class)
public @interface OnMariaDb {
  /** The condition. */
  final class Installed implements ExecutionCondition {
    private static final String MISSING = "MariaDB is not installed, so nothing is tested on it: "
        + "apt-get install --no-install-recommends mariadb-server";

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
      if (MariaDb.isInstalled()) {
        return ConditionEvaluationResult.enabled("MariaDB is installed");
      }
      if (Boolean.parseBoolean(System.getenv("MAINSTAY_MARIADB_REQUIRED"))) {
        throw new IllegalStateException(MISSING);
      }
      return ConditionEvaluationResult.disabled(MISSING);
    }
  }
}
