package mainstay.node.cli;

import java.nio.file.Path;

/** Runs a server until it is told to stop. */
@FunctionalInterface
public interface ServerProgram {
  /**
   * @param configFile HOCON, see README
   * @return the exit code of the process
   */
  int run(Path configFile);
}
