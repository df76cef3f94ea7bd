package mainstay.node.cli;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** The version in the manifest of our jar; "development" where there is no jar. */
final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version = Optional.ofNullable(Main.class.getPackage().getImplementationVersion())
        .orElse("development");
    return new String[] {"mainstay " + version + " on Java " + Runtime.version()};
  }
}
