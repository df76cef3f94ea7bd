/**
 * The command line. {@link mainstay.node.cli.Main} lists the commands; each is one class that asks the HTTP API (or the
 * demo, or the server) and prints a table, or with {@code --json} what a program can read. Exit codes: 0 done, 1 refused
 * or failed, 2 usage, 3 unreachable.
 */
package mainstay.node.cli;
