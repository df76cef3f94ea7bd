package mainstay.persistence.testing;

import java.io.IOException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Gives all test classes of one run the same {@link Postgres}; each takes databases of its own in it. */
public final class SharedPostgres implements ParameterResolver {
  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Postgres.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(Namespace.GLOBAL)
        .computeIfAbsent(Postgres.class, type -> start(), Postgres.class);
  }

  private static Postgres start() {
    try {
      return Postgres.start();
    } catch (IOException e) {
      throw new IllegalStateException("no PostgreSQL for the test", e);
    }
  }
}
