package ndop.fhir.config;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Prints a refused start as a sentence and a remedy, without a stack trace. */
public final class StartupFailureAnalyzer extends AbstractFailureAnalyzer<StartupFailureException> {

  @Override
  protected FailureAnalysis analyze(Throwable root, StartupFailureException refusal) {
    return new FailureAnalysis(refusal.getMessage(), refusal.remedy(), refusal);
  }
}
