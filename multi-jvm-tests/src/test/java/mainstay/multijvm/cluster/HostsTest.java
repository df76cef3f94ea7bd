package mainstay.multijvm.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import mainstay.multijvm.cluster.OsProcess.State;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HostsTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final int ALMOST_ALL = 99;
  private static final List<String> NAMES = List.of("one", "two", "three");

  private final List<Talker> talkers = new ArrayList<>();
  private Hosts hosts;

  @BeforeEach
  void open() throws IOException {
    Hosts.missing().ifPresent(Requirement::missing);
    hosts = Hosts.open(NAMES);
  }

  @AfterEach
  void close() {
    talkers.forEach(talker -> talker.process.destroyForcibly());
    if (hosts != null) {
      hosts.close();
    }
  }

  @Test
  void whatIsCutHangsAndWhatIsNotGoesOnUntilItIsMended() throws Exception {
    serve("two");
    serve("three");
    var oneToTwo = talk("one", "two");
    var oneToThree = talk("one", "three");
    var threeToTwo = talk("three", "two");
    assertThat(oneToTwo.ask("say a")).isEqualTo("a");
    var cut = Cuts.between("one", "two");

    hosts.cut(cut);

    assertThat(oneToTwo.ask("say b")).as("on an open connection").isEqualTo("silence");
    assertThat(oneToTwo.ask("connect"))
        .as("neither refused nor unreachable")
        .isEqualTo("SocketTimeoutException");
    assertThat(oneToThree.ask("say c")).isEqualTo("c");
    assertThat(oneToThree.ask("connect")).isEqualTo("connected");
    assertThat(threeToTwo.ask("say d")).isEqualTo("d");
    assertThat(threeToTwo.ask("connect")).isEqualTo("connected");
    assertThat(fromHere("two")).isEqualTo("connected");

    hosts.requireCut(cut);
    hosts.mend(cut);

    assertThat(oneToTwo.ask("connect")).isEqualTo("connected");
    assertThat(oneToTwo.ask("hear")).as("what was sent meanwhile arrives late").isEqualTo("b");
    assertThat(oneToTwo.ask("say e")).isEqualTo("e");
    assertThatThrownBy(() -> hosts.requireCut(cut)).hasMessageContaining("not cut: ");
  }

  @Test
  void aCutOfOneWayLetsTheOtherWayPass() throws Exception {
    var heard = serve("two");
    var talker = talk("one", "two");
    assertThat(talker.ask("say a")).isEqualTo("a");

    hosts.cut(Cuts.oneWay("two", "one"));

    assertThat(talker.ask("say b")).isEqualTo("silence");
    assertThat(Files.readString(heard)).contains("b");
    hosts.mendAll();
    assertThat(talker.ask("hear")).isEqualTo("b");
  }

  @Test
  void aLossIsProvenByWhatWasLost() throws Exception {
    requireNft();
    serve("two");
    var talker = talk("one", "two");
    var ways = Cuts.oneWay("one", "two");

    hosts.lose(ways, ALMOST_ALL);
    assertThat(talker.ask("say a")).isEqualTo("silence");
    hosts.loseNothing(ways);
    assertThat(talker.ask("hear")).isEqualTo("a");

    hosts.lose(ways, ALMOST_ALL);
    assertThatThrownBy(() -> hosts.loseNothing(ways))
        .hasMessage("no packet was lost on the way from one to two");
    hosts.lose(ways, ALMOST_ALL);
    hosts.mendAll();
    assertThat(talker.ask("say b")).isEqualTo("b");
  }

  @Test
  void aRefusalEndsWhatStandsAndTakesNothingNew() throws Exception {
    requireNft();
    serve("two");
    var toTwo = talk("one", "two");
    var fromThree = talk("three", "two");

    hosts.refuse("two", List.of("one"), Echo.PORT);

    assertThat(toTwo.ask("connect")).isEqualTo("ConnectException");
    assertThat(toTwo.ask("say a")).as("its connection has ended").isNull();
    assertThat(fromThree.ask("say b")).isEqualTo("b");
    assertThat(fromThree.ask("connect")).isEqualTo("connected");
    hosts.refuseNothing("two");
    assertThat(talk("one", "two").ask("say c")).isEqualTo("c");

    hosts.refuse("two", List.of("one"), Echo.PORT);
    assertThatThrownBy(() -> hosts.refuseNothing("two"))
        .hasMessageStartingWith("nothing was refused by ");
  }

  private static void requireNft() {
    try {
      Command.run(List.of("nft", "-v"));
    } catch (IOException none) {
      Requirement.missing("losses and refusals need the command nft, package nftables: " + none);
    }
  }

  @Test
  void nothingIsLeftAfterwards() throws Exception {
    serve("two");
    var process = hosts.processes("two").get(0);
    var run = hosts.directory().getFileName().toString();
    assertThat(namespaces()).contains(run);

    hosts.close();

    assertThat(process.state()).isEqualTo(State.GONE);
    assertThat(namespaces()).doesNotContain(run);
    assertThat(hosts.directory()).doesNotExist();
  }

  @Test
  void whatAKilledRunHasLeftIsRemovedByTheNext() throws Exception {
    var killed = new ProcessBuilder(java("hold")).start();
    var said = lines(killed).readLine().split(" ");
    var directory = Path.of(said[0]);
    var sleeper = OsProcess.of(Long.parseLong(said[1]));
    killed.destroyForcibly().waitFor();
    assertThat(namespaces()).contains(directory.getFileName().toString());
    assertThat(sleeper.state()).isEqualTo(State.RUNNING);

    Hosts.open(List.of("other")).close();

    assertThat(namespaces()).doesNotContain(directory.getFileName().toString());
    assertThat(directory).doesNotExist();
    assertThat(sleeper.state()).isEqualTo(State.GONE);
    assertThat(namespaces())
        .as("of a run that is under way")
        .contains(hosts.directory().getFileName().toString());
  }

  private Path serve(String host) throws IOException {
    var heard = hosts.directory().resolve(host + ".heard");
    new ProcessBuilder(hosts.command(host, java("serve", hosts.address(host))))
        .redirectErrorStream(true)
        .redirectOutput(heard.toFile())
        .start();
    Await.until(host + " listens", LIMIT, () -> fromHere(host), "connected"::equals);
    return heard;
  }

  private String fromHere(String host) {
    return Echo.connect(new InetSocketAddress(hosts.address(host), Echo.PORT));
  }

  private Talker talk(String from, String to) throws IOException {
    var talker = new Talker(
        new ProcessBuilder(hosts.command(from, java("talk", hosts.address(to)))).start());
    talkers.add(talker);
    assertThat(talker.answers.readLine()).isEqualTo("connected");
    return talker;
  }

  private static List<String> java(String... arguments) {
    var command = new ArrayList<>(List.of(
        Installation.currentJava().toString(),
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path"),
        Echo.class.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  private static BufferedReader lines(Process process) {
    return new BufferedReader(
        new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  private static String namespaces() throws IOException {
    return Command.run(List.of("ip", "netns", "list"));
  }

  private static final class Talker {
    private final Process process;
    private final BufferedReader answers;
    private final PrintStream questions;

    Talker(Process process) {
      this.process = process;
      this.answers = lines(process);
      this.questions = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
    }

    String ask(String question) throws IOException {
      questions.println(question);
      return answers.readLine();
    }
  }
}
