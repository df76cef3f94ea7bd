package mainstay.node.demo;

import java.util.Optional;
import mainstay.persistence.embedded.ProcessTable;

/**
 * What is known of one process of the demo, in {@code DIR/run/NAME.json}.
 *
 * @param started clock ticks from boot to its start: guards against a later process with the same pid
 * @param url HTTP address of a server, JDBC address of a database, directory of the demo itself
 */
record ProcessFile(String name, long pid, long started, String url) {

  static ProcessFile of(String name, ProcessTable.Running process, String url) {
    return new ProcessFile(name, process.pid(), process.started(), url);
  }

  boolean isRunning() {
    Optional<ProcessTable.Running> now = ProcessTable.find(pid);
    return now.isPresent() && now.get().started() == started;
  }
}
