package mainstay.node.demo;

import java.nio.file.Path;
import java.util.List;

/** How a server is run: the command line of its process. */
@FunctionalInterface
public interface ServerCommandLine {
  List<String> of(Path configFile);
}
