package mainstay.node.cli;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import mainstay.node.client.ApiClient;
import mainstay.protocol.model.DurationText;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/** The options of every command that asks a server. */
final class Remote {
  private static final Path DEMO_TOKEN = Path.of("demo-data", "admin.token");

  @Spec(Target.MIXEE)
  private CommandSpec spec;

  @Option(
      names = "--url",
      paramLabel = "URL",
      defaultValue = "${env:MAINSTAY_URL:-http://127.0.0.1:8080,8081,8082}",
      description =
          "Servers to try one after the other: a list with commas, or several --url; a bare port means the host"
              + " before it. Default: $MAINSTAY_URL, otherwise ${DEFAULT-VALUE}.")
  private List<String> urls;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "File with the access token. Default:"
          + " $MAINSTAY_TOKEN_FILE, otherwise demo-data/admin.token.")
  private Path tokenFile;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "10s",
      description = "How long to try, such as 500ms, 10s or 2m (default: ${DEFAULT-VALUE}).")
  private String timeout;

  ApiClient client() {
    return new ApiClient(servers(String.join(",", urls)), token(), timeout());
  }

  Duration timeout() {
    return DurationText.parse(timeout)
        .filter(d -> !d.isZero())
        .orElseThrow(
            () -> usage("--timeout: '" + timeout + "' is no time such as 500ms, 10s or 2m"));
  }

  private List<URI> servers(String list) {
    var servers = new ArrayList<URI>();
    for (String item : list.split(",")) {
      servers.add(server(item.strip(), servers));
    }
    return servers;
  }

  private URI server(String item, List<URI> before) {
    String text = item;
    if (item.matches("\\d{1,5}") && !before.isEmpty()) {
      URI last = before.get(before.size() - 1);
      text = last.getScheme() + "://" + last.getHost() + ":" + item;
    } else if (!item.contains("://")) {
      text = "http://" + item;
    }
    try {
      URI uri = URI.create(text.replaceAll("/+$", ""));
      if (uri.getHost() != null && List.of("http", "https").contains(uri.getScheme())) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw usage(
          "--url: '" + item + "' is no address such as http://127.0.0.1:8080: " + e.getMessage());
    }
    throw usage("--url: '" + item + "' is no address such as http://127.0.0.1:8080");
  }

  /** None at all where nobody named one and there is no demo here: the server will say what it needs. */
  private Optional<String> token() {
    Optional<Path> named = Optional.ofNullable(tokenFile)
        .or(() -> Optional.ofNullable(System.getenv("MAINSTAY_TOKEN_FILE"))
            .filter(s -> !s.isBlank())
            .map(Path::of));
    if (named.isEmpty() && !Files.exists(DEMO_TOKEN)) {
      return Optional.empty();
    }
    Path file = named.orElse(DEMO_TOKEN);
    try {
      return Optional.of(Files.readString(file).strip());
    } catch (IOException e) {
      throw usage("cannot read the token file " + file + " (" + e.getMessage()
          + "); name a readable one with --token-file");
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
