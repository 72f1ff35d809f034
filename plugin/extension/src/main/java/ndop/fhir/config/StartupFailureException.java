package ndop.fhir.config;

/** The server cannot serve the edition; the message is the one sentence that the operator sees. */
public final class StartupFailureException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  private final String remedy;

  public StartupFailureException(String sentence, String remedy) {
    super(sentence);
    this.remedy = remedy;
  }

  /** What to do about it. */
  public String remedy() {
    return remedy;
  }
}
