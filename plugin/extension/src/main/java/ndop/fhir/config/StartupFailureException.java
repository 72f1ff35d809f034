package ndop.fhir.config;

/**
 * The server cannot serve the edition and does not start. The message is the one sentence that the
 * operator sees.
 *
 * @see StartupFailureAnalyzer
 */
public final class StartupFailureException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String remedy;

  public StartupFailureException(String message, String remedy) {
    super(message);
    this.remedy = remedy;
  }

  /** What the operator can do about it. */
  public String remedy() {
    return remedy;
  }
}
