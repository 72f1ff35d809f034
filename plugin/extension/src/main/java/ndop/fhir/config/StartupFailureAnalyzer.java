package ndop.fhir.config;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Makes Spring Boot print a startup failure as a sentence and a remedy, without a stack trace. */
public final class StartupFailureAnalyzer extends AbstractFailureAnalyzer<StartupFailureException> {

  @Override
  protected FailureAnalysis analyze(Throwable root, StartupFailureException failure) {
    return new FailureAnalysis(failure.getMessage(), failure.remedy(), failure);
  }
}
