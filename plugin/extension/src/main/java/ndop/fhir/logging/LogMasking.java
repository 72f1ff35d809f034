package ndop.fhir.logging;

import ch.qos.logback.classic.LoggerContext;
import java.io.PrintStream;
import ndop.fhir.masking.ConfidentialDataMasker;

/**
 * Masks everything that the process logs or prints, whoever logs it and however the host has
 * configured its log.
 *
 * @see MaskingAppender log events, before they reach an appender of the host
 * @see MaskingPrintStream standard output and standard error
 * @see ConfidentialDataMasker what is removed
 */
public final class LogMasking {

  private LogMasking() {}

  /**
   * Installs the masking in a logger context, and for standard output and error. Doing it again
   * changes nothing.
   */
  public static void install(LoggerContext context) {
    ConfidentialDataMasker masker = new ConfidentialDataMasker();
    if (!(System.out instanceof MaskingPrintStream)) {
      System.setOut(masking(System.out, masker));
    }
    if (!(System.err instanceof MaskingPrintStream)) {
      System.setErr(masking(System.err, masker));
    }
    MaskingTurboFilter.install(context, masker);
  }

  private static PrintStream masking(PrintStream unmasked, ConfidentialDataMasker masker) {
    MaskingPrintStream masking = new MaskingPrintStream(unmasked, masker);
    Runtime.getRuntime().addShutdownHook(new Thread(masking::finishLine, "ndop-last-line"));
    return masking;
  }
}
