package mainstay.node.demo;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/** A demo of fake servers as a program of its own: the JVM that Ctrl-C and kill -9 are tried on. */
final class FakeDemo {
  private FakeDemo() {}

  /** Directory, HTTP port, servers, "foreground" or "detach", what goes wrong. */
  public static void main(String[] arguments) throws InterruptedException {
    var demo = new Demo(Path.of(arguments[0]), server(arguments[4]), System.out::println);
    var options = new DemoOptions(
        Integer.parseInt(arguments[2]),
        OptionalInt.of(1),
        OptionalInt.of(Integer.parseInt(arguments[1])),
        false);
    if (arguments[3].equals("detach")) {
      demo.startDetached(options);
    } else {
      demo.runUntilStopped(options);
    }
  }

  static ServerCommandLine server(String fault) {
    return config -> List.of(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "-Xmx64m",
        "-XX:+UseSerialGC",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        System.getProperty("java.class.path"),
        FakeServer.class.getName(),
        config.toString(),
        fault);
  }
}
