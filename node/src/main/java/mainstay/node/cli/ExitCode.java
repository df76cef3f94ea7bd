package mainstay.node.cli;

/** What the command line ends with; scripts rely on it. */
public final class ExitCode {
  public static final int DONE = 0;
  public static final int FAILED = 1;
  public static final int USAGE = 2;
  public static final int UNREACHABLE = 3;

  private ExitCode() {}
}
