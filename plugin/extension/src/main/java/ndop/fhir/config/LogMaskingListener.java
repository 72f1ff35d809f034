package ndop.fhir.config;

import ch.qos.logback.classic.LoggerContext;
import ndop.fhir.logging.LogMasking;
import org.slf4j.ILoggerFactory;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationEnvironmentPreparedEvent;
import org.springframework.boot.context.logging.LoggingApplicationListener;
import org.springframework.context.ApplicationListener;
import org.springframework.core.Ordered;

/**
 * Installs {@link LogMasking} as soon as Spring Boot has configured the log. Until then Spring Boot
 * itself lets no line through.
 */
public final class LogMaskingListener
    implements ApplicationListener<ApplicationEnvironmentPreparedEvent>, Ordered {

  @Override
  public void onApplicationEvent(ApplicationEnvironmentPreparedEvent event) {
    ILoggerFactory loggers = LoggerFactory.getILoggerFactory();
    if (!(loggers instanceof LoggerContext context)) {
      throw new StartupFailureException(
          "Expected a host that logs with Logback; with %s patient data in the log cannot be masked."
              .formatted(loggers.getClass().getName()),
          "Remove the other implementation of SLF4J from the class path.");
    }
    LogMasking.install(context);
  }

  @Override
  public int getOrder() {
    return LoggingApplicationListener.DEFAULT_ORDER + 1;
  }
}
