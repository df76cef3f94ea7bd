package mainstay.multijvm.benchmark;

import java.io.IOException;
import java.util.List;
import mainstay.multijvm.workload.History;
import mainstay.multijvm.workload.KeyValueStore;

/** A cluster whose active server can be killed and brought back, as often as one likes. */
interface TakeoverTarget extends AutoCloseable {

  /** Waits until the cluster is whole, and says which server is active. */
  String awaitReady() throws IOException;

  List<String> servers();

  List<String> keys();

  KeyValueStore store() throws IOException;

  /** Lets the first of the other servers do the active one's job once, by a planned move there and back. */
  void moveOnce(String active) throws IOException;

  /**
   * SIGKILL.
   *
   * @return the moment just before it, in {@code DriverClock} nanoseconds
   */
  long kill(String server, History history) throws IOException;

  /**
   * Starts a killed server again and waits until the cluster is whole.
   *
   * @return whether the service came back to that server, so that there was a planned pause to measure
   */
  boolean restore(String server, History history) throws IOException;

  @Override
  void close();
}
