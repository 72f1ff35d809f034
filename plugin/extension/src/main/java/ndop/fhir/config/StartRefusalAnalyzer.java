package ndop.fhir.config;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Prints a refused start as a sentence and a remedy, without a stack trace. */
public final class StartRefusalAnalyzer extends AbstractFailureAnalyzer<StartRefusedException> {

  @Override
  protected FailureAnalysis analyze(Throwable root, StartRefusedException refusal) {
    return new FailureAnalysis(refusal.getMessage(), refusal.remedy(), refusal);
  }
}
