package ndop.fhir.toolkit;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/**
 * The entry point: what the {@code ndop} command asks HAPI for. Not meant to be typed by people.
 */
@Command(
    name = "toolkit",
    description = "What the ndop command asks HAPI for.",
    subcommands = {SnapshotCommand.class, ValidateCommand.class, VerdictsCommand.class},
    mixinStandardHelpOptions = true)
public final class Toolkit {

  private Toolkit() {}

  /** Runs one command; its exit status is 0, 1 where it found something wrong, 2 for bad usage. */
  public static void main(String[] arguments) {
    System.exit(new CommandLine(new Toolkit()).execute(arguments));
  }
}
