package mainstay.persistence.testing;

import java.io.IOException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives all test classes of one run the same server: a {@link MariaDb} to those that are {@link OnMariaDb}, {@link H2} to
 * those that are {@link OnH2}, else a {@link Postgres}. Each takes databases of its own in it.
 */
public final class SharedDatabase implements ParameterResolver {
  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TestDatabase.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    var test = context.getRequiredTestClass();
    Class<? extends TestDatabase> type = test.isAnnotationPresent(OnMariaDb.class)
        ? MariaDb.class
        : test.isAnnotationPresent(OnH2.class) ? H2.class : Postgres.class;
    return context
        .getRoot()
        .getStore(Namespace.GLOBAL)
        .computeIfAbsent(type, SharedDatabase::start, TestDatabase.class);
  }

  private static TestDatabase start(Class<? extends TestDatabase> type) {
    try {
      if (type == H2.class) {
        return H2.start();
      }
      return type == MariaDb.class ? MariaDb.start() : Postgres.start();
    } catch (IOException e) {
      throw new IllegalStateException("no database for the test", e);
    }
  }
}
