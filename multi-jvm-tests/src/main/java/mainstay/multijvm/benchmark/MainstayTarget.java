package mainstay.multijvm.benchmark;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import mainstay.multijvm.cluster.Await;
import mainstay.multijvm.cluster.Cluster;
import mainstay.multijvm.cluster.DemoCluster;
import mainstay.multijvm.cluster.Installation;
import mainstay.multijvm.nemesis.Nemesis;
import mainstay.multijvm.workload.Driver;
import mainstay.multijvm.workload.History;
import mainstay.multijvm.workload.KeyValueStore;
import mainstay.multijvm.workload.PointStore;

/** The demo cluster of three servers; the client writes its manual points. */
final class MainstayTarget implements TakeoverTarget {
  private static final int SERVERS = 3;
  private static final Duration READY_LIMIT = Duration.ofSeconds(90);

  private final Driver driver;
  private final DemoCluster cluster;

  MainstayTarget(Driver driver, int databases) throws IOException {
    this.driver = driver;
    this.cluster = DemoCluster.start(Installation.find(), driver.http(), SERVERS, databases);
  }

  @Override
  public String awaitReady() throws IOException {
    for (var client : cluster.clients()) {
      Await.until(
          "each service is active on the first server of its list and all others are synchronised, as seen by "
              + client.server(),
          READY_LIMIT,
          client::services,
          services -> !services.isEmpty() && services.stream().allMatch(s -> s.whole()));
    }
    return cluster.client(cluster.servers().get(0)).service("configuration").active();
  }

  @Override
  public List<String> servers() {
    return cluster.servers();
  }

  @Override
  public List<String> keys() {
    return Cluster.POINTS;
  }

  @Override
  public KeyValueStore store() throws IOException {
    return new PointStore(driver.http(), cluster.addresses(), cluster.token("operator"));
  }

  @Override
  public void moveOnce(String active) throws IOException {
    var client = cluster.client(active);
    var services = client.services();
    for (var service : services) {
      client.move(service.name(), service.serverList().get(1), READY_LIMIT);
    }
    for (var service : services) {
      Await.until(
          active + " is synchronised for " + service.name(),
          READY_LIMIT,
          () -> client.service(service.name()),
          moved -> moved.synchronised(active));
      client.move(service.name(), active, READY_LIMIT);
    }
    awaitReady();
  }

  @Override
  public long kill(String server, History history) throws IOException {
    return new Nemesis.Kill9().strike(cluster, server, history);
  }

  @Override
  public boolean restore(String server, History history) throws IOException {
    new Nemesis.Restart().strike(cluster, server, history);
    return awaitReady().equals(server);
  }

  @Override
  public void close() {
    cluster.close();
  }
}
