package mainstay.multijvm.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * Programs on a host. {@code serve ADDRESS} answers each line with itself and prints it. {@code talk ADDRESS} connects, and
 * does what it reads, a line each: {@code say WORD} sends it and prints the answer or {@code silence}; {@code hear} waits
 * longer for one that has not come yet; {@code connect} opens one more connection and prints {@code connected} or why not.
 * {@code hold} opens hosts, starts a process on one, prints its pid, and stays.
 */
public final class Echo {
  static final int PORT = 7000;
  static final String HELD = "held";
  private static final int SHORTLY = 700;
  private static final int LONG = 30_000;

  private Echo() {}

  public static void main(String[] arguments) throws Exception {
    switch (arguments[0]) {
      case "serve" -> serve(arguments[1]);
      case "talk" -> talk(new InetSocketAddress(arguments[1], PORT));
      case "hold" -> hold();
      default -> throw new IllegalArgumentException("unknown: " + List.of(arguments));
    }
  }

  private static void serve(String address) throws IOException {
    try (var listener = new ServerSocket()) {
      listener.bind(new InetSocketAddress(address, PORT));
      while (true) {
        var socket = listener.accept();
        new Thread(() -> echo(socket)).start();
      }
    }
  }

  private static void echo(Socket socket) {
    try (socket;
        var in = reader(socket)) {
      for (var line = in.readLine(); line != null; line = in.readLine()) {
        System.out.println(line);
        send(socket.getOutputStream(), line);
      }
    } catch (IOException gone) {
      System.out.println(gone);
    }
  }

  private static void talk(InetSocketAddress peer) throws IOException {
    try (var socket = new Socket()) {
      socket.connect(peer, LONG);
      System.out.println("connected");
      var commands = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      var answers = reader(socket);
      for (var line = commands.readLine(); line != null; line = commands.readLine()) {
        if (line.equals("connect")) {
          System.out.println(connect(peer));
        } else {
          socket.setSoTimeout(line.equals("hear") ? LONG : SHORTLY);
          if (line.startsWith("say ")) {
            send(socket.getOutputStream(), line.substring("say ".length()));
          }
          System.out.println(answer(answers));
        }
      }
    }
  }

  private static String answer(BufferedReader answers) throws IOException {
    try {
      return answers.readLine();
    } catch (SocketTimeoutException nothing) {
      return "silence";
    }
  }

  static String connect(InetSocketAddress peer) {
    try (var socket = new Socket()) {
      socket.connect(peer, SHORTLY);
      return "connected";
    } catch (IOException e) {
      return e.getClass().getSimpleName();
    }
  }

  private static void hold() throws Exception {
    var hosts = Hosts.open(List.of(HELD));
    var sleeper = new ProcessBuilder(hosts.command(HELD, List.of("sleep", "600"))).start();
    System.out.println(hosts.directory() + " " + sleeper.pid());
    new CountDownLatch(1).await();
  }

  private static BufferedReader reader(Socket socket) throws IOException {
    return new BufferedReader(
        new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
  }

  private static void send(OutputStream out, String line) throws IOException {
    out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
