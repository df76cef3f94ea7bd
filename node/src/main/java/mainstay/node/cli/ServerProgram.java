package mainstay.node.cli;

import java.nio.file.Path;
import mainstay.node.failover.core.Part;

/** Runs a server or a witness until it is told to stop. */
@FunctionalInterface
public interface ServerProgram {
  /**
   * @param part that the file must give this process
   * @param configFile HOCON, see README
   * @return the exit code of the process
   */
  int run(Part part, Path configFile);
}
