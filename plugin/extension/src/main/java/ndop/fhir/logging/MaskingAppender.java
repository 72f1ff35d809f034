package ndop.fhir.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.Appender;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.UnsynchronizedAppenderBase;
import ch.qos.logback.core.spi.AppenderAttachable;
import ch.qos.logback.core.spi.AppenderAttachableImpl;
import java.util.Iterator;
import ndop.fhir.masking.ConfidentialDataMasker;

/**
 * Stands in front of an appender of the host, under its name, and passes on masked events: whatever
 * encoder, layout or network protocol follows sees nothing else.
 *
 * @see MaskedLoggingEvent
 */
final class MaskingAppender extends UnsynchronizedAppenderBase<ILoggingEvent>
    implements AppenderAttachable<ILoggingEvent> {

  private final Appender<ILoggingEvent> appender;
  private final ConfidentialDataMasker masker;
  private final AppenderAttachableImpl<ILoggingEvent> appenders = new AppenderAttachableImpl<>();

  MaskingAppender(Appender<ILoggingEvent> appender, ConfidentialDataMasker masker) {
    this.appender = appender;
    this.masker = masker;
    appenders.addAppender(appender);
    setName(appender.getName());
    setContext(appender.getContext());
    bypassMaskingPrintStream(appender);
    start();
  }

  /** The appender reports itself where it is not started. */
  @Override
  protected void append(ILoggingEvent event) {
    appender.doAppend(
        event instanceof MaskedLoggingEvent ? event : new MaskedLoggingEvent(event, masker));
  }

  @Override
  public void stop() {
    appenders.detachAndStopAllAppenders();
    super.stop();
  }

  /** What is masked already would lose more than it must: a line of JSON is a body, to a stream. */
  private static void bypassMaskingPrintStream(Appender<?> appender) {
    if (appender instanceof ConsoleAppender<?> console && console.isStarted()) {
      boolean out = console.getTarget().equals("System.out");
      if ((out ? System.out : System.err) instanceof MaskingPrintStream stream) {
        console.setOutputStream(stream.unmasked());
      }
    } else if (appender instanceof AppenderAttachable<?> attachable) {
      attachable.iteratorForAppenders().forEachRemaining(MaskingAppender::bypassMaskingPrintStream);
    }
  }

  @Override
  public void addAppender(Appender<ILoggingEvent> added) {
    throw new UnsupportedOperationException("a MaskingAppender has one appender");
  }

  @Override
  public Iterator<Appender<ILoggingEvent>> iteratorForAppenders() {
    return appenders.iteratorForAppenders();
  }

  @Override
  public Appender<ILoggingEvent> getAppender(String name) {
    return appenders.getAppender(name);
  }

  @Override
  public boolean isAttached(Appender<ILoggingEvent> one) {
    return appenders.isAttached(one);
  }

  @Override
  public void detachAndStopAllAppenders() {
    appenders.detachAndStopAllAppenders();
  }

  @Override
  public boolean detachAppender(Appender<ILoggingEvent> one) {
    return false;
  }

  @Override
  public boolean detachAppender(String name) {
    return false;
  }
}
