package ndop.fhir.toolkit;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The entry point of what the {@code ndop} command needs HAPI for; not for use by hand. */
@Command(
    name = "toolkit",
    description = "What the ndop command asks HAPI for.",
    subcommands = {SnapshotCommand.class, ValidateCommand.class, VerdictsCommand.class},
    mixinStandardHelpOptions = true)
public final class Toolkit {

  private Toolkit() {}

  /**
   * Runs one command. The exit status is 0, 1 where it failed, or 2 where it was called wrongly.
   */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Toolkit()).execute(arguments));
  }
}
