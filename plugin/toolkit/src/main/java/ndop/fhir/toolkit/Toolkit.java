package ndop.fhir.toolkit;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entry point to what the {@code ndop} command needs HAPI for; not meant to be run by hand. */
@Command(
    name = "toolkit",
    description = "What the ndop command asks HAPI for.",
    subcommands = {SnapshotCommand.class, ValidateCommand.class, VerdictsCommand.class},
    mixinStandardHelpOptions = true)
public final class Toolkit {

  private Toolkit() {}

  /** Runs one command. The exit status is 0, 1 if it failed, or 2 if its arguments are wrong. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Toolkit()).execute(arguments));
  }
}
