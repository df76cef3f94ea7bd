package mainstay.node.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import com.typesafe.config.ConfigFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoPlanTest {
  private final DemoPlan plan =
      DemoPlan.create(3, 2, 8080, new AtomicInteger(25_000)::getAndIncrement);

  @Test
  void serversHaveNamesInOrderAndPortsOfTheirOwn() {
    assertThat(plan.servers())
        .extracting(DemoPlan.Server::name)
        .containsExactly("alpha", "bravo", "charlie");
    assertThat(plan.servers())
        .extracting(DemoPlan.Server::httpPort)
        .containsExactly(8080, 8081, 8082);
    assertThat(plan.servers())
        .flatExtracting(DemoPlan.Server::internalPorts)
        .hasSize(9)
        .doesNotHaveDuplicates();
  }

  @Test
  void noInternalPortIsOneThatHttpTakes() {
    var crowded = DemoPlan.create(3, 2, 26_010, new AtomicInteger(26_006)::getAndIncrement);

    assertThat(crowded.servers())
        .flatExtracting(DemoPlan.Server::internalPorts)
        .containsExactly(26_006, 26_007, 26_008, 26_009, 26_013, 26_014, 26_015, 26_016, 26_017);
    assertThat(crowded.databases())
        .containsExactly(
            new DemoPlan.Database("db1", 26_018), new DemoPlan.Database("db2", 26_019));
  }

  @Test
  void theConfigurationFileIsReadAsItIsMeantAlsoWithOddPaths() {
    Path odd = Path.of("/tmp/a \"quoted\" directory\\${x}#");

    var config = ConfigFactory.parseString(
            ServerConfigFile.of(plan, plan.servers().get(1), odd))
        .resolve()
        .getConfig("mainstay");

    assertThat(config.getString("server.name")).isEqualTo("bravo");
    assertThat(config.getConfigList("servers")).hasSize(3);
    assertThat(config.getConfigList("servers").get(2).getInt("crash-watch-port"))
        .isEqualTo(plan.servers().get(2).crashWatchPort());
    assertThat(config.getConfigList("databases"))
        .extracting(
            database -> database.getString("name"),
            database -> database.getString("url"),
            database -> database.getString("password-file"))
        .containsExactly(
            tuple("db1", plan.databases().get(0).url(), odd + "/db1.password"),
            tuple("db2", plan.databases().get(1).url(), odd + "/db2.password"));
    assertThat(config.getString("data-directory")).isEqualTo(odd + "/bravo");
    assertThat(config.getString("http.token-directory")).isEqualTo(odd.toString());
  }

  @Test
  void aPlanIsReadAsItWasWrittenAndOneOfAnOldDemoHasOneDatabase(@TempDir Path root)
      throws Exception {
    var directory = new DemoDirectory(root);
    directory.write(plan.asConfigured());

    assertThat(directory.plan()).contains(plan.asConfigured());

    Files.writeString(root.resolve(DemoDirectory.MARK), """
        {"servers":[{"name":"alpha","httpPort":8080,"clusterPort":1,"managementPort":2,"crashWatchPort":3}],
         "database":{"name":"db1","port":25432},"configured":true}""");

    assertThat(directory.plan().orElseThrow().databases())
        .containsExactly(new DemoPlan.Database("db1", 25_432));
  }

  @Test
  void portsAreChosenWhereNoOutgoingConnectionTakesThem() {
    assertThat(Ports.firstOutgoing()).isGreaterThan(1_000);
    assertThat(new Ports().getAsInt()).isBetween(20_000, Math.max(21_000, Ports.firstOutgoing()));
  }

  @Test
  void theHolderOfAPortIsNamed() throws Exception {
    try (var socket = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      assertThat(Ports.isFree(socket.getLocalPort())).isFalse();
      assertThat(Ports.holder(socket.getLocalPort()))
          .startsWith("process " + ProcessHandle.current().pid() + " (java");
    }
  }
}
