package ndop.fhir.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggerContextListener;
import ch.qos.logback.classic.turbo.TurboFilter;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.spi.FilterReply;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import ndop.fhir.masking.ConfidentialDataMasker;
import org.slf4j.Marker;

/**
 * Makes sure, before an event is logged, that every appender that would get it is a {@link
 * MaskingAppender}. It decides nothing itself.
 *
 * <p>Looking again at each event covers appenders that are attached later, and a configuration that
 * is read again while the process runs, as that of the stock image is.
 */
final class MaskingTurboFilter extends TurboFilter {

  private final ConfidentialDataMasker masker;

  private MaskingTurboFilter(ConfidentialDataMasker masker) {
    this.masker = masker;
  }

  static void install(LoggerContext context, ConfidentialDataMasker masker) {
    if (context.getTurboFilterList().stream().noneMatch(MaskingTurboFilter.class::isInstance)) {
      MaskingTurboFilter filter = new MaskingTurboFilter(masker);
      filter.setContext(context);
      filter.start();
      filter.addTo(context);
      context.addListener(new Reinstallation(filter));
    }
  }

  private void addTo(LoggerContext context) {
    // First: a filter before it could accept an event on its own.
    context.getTurboFilterList().add(0, this);
    context.getLoggerList().forEach(this::maskAppenders);
  }

  @Override
  public FilterReply decide(
      Marker marker,
      Logger logger,
      Level level,
      String format,
      Object[] arguments,
      Throwable thrown) {
    if (level.isGreaterOrEqual(logger.getEffectiveLevel())) {
      maskAppendersFrom(logger);
    }
    return FilterReply.NEUTRAL;
  }

  private void maskAppendersFrom(Logger logger) {
    LoggerContext context = logger.getLoggerContext();
    maskAppenders(logger);
    String name = logger.getName();
    for (int dot = name.lastIndexOf('.'); dot > 0; dot = name.lastIndexOf('.', dot - 1)) {
      Logger parent = context.exists(name.substring(0, dot));
      if (parent != null) {
        maskAppenders(parent);
      }
    }
    maskAppenders(context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME));
  }

  private void maskAppenders(Logger logger) {
    List<Appender<ILoggingEvent>> unmasked = null;
    Iterator<Appender<ILoggingEvent>> appenders = logger.iteratorForAppenders();
    while (appenders.hasNext()) {
      Appender<ILoggingEvent> appender = appenders.next();
      if (!(appender instanceof MaskingAppender)) {
        unmasked = unmasked == null ? new ArrayList<>() : unmasked;
        unmasked.add(appender);
      }
    }
    if (unmasked != null) {
      synchronized (this) {
        unmasked.forEach(appender -> replace(logger, appender));
      }
    }
  }

  private void replace(Logger logger, Appender<ILoggingEvent> appender) {
    // False if another thread was faster.
    if (logger.detachAppender(appender)) {
      logger.addAppender(new MaskingAppender(appender, masker));
    }
  }

  /** A reset removes the filter; this puts it back. */
  private record Reinstallation(MaskingTurboFilter filter) implements LoggerContextListener {

    @Override
    public boolean isResetResistant() {
      return true;
    }

    @Override
    public void onReset(LoggerContext context) {
      filter.start();
      filter.addTo(context);
    }

    @Override
    public void onStart(LoggerContext context) {}

    @Override
    public void onStop(LoggerContext context) {}

    @Override
    public void onLevelChange(Logger logger, Level level) {}
  }
}
