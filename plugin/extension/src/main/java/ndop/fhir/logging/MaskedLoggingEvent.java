package ndop.fhir.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.LoggerContextVO;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import ndop.fhir.masking.ConfidentialDataMasker;
import org.slf4j.Marker;
import org.slf4j.MarkerFactory;
import org.slf4j.event.KeyValuePair;

/**
 * A log event with everything that a caller can have had a part in masked: message, arguments,
 * context (MDC), markers, key-value pairs and exceptions. The rest is that of the original.
 *
 * <p>It extends Logback's own class because some appenders accept no other.
 */
final class MaskedLoggingEvent extends LoggingEvent {

  private final ILoggingEvent event;
  private final ConfidentialDataMasker masker;
  private String formattedMessage;
  private IThrowableProxy throwable;

  MaskedLoggingEvent(ILoggingEvent event, ConfidentialDataMasker masker) {
    this.event = event;
    this.masker = masker;
  }

  /** Masked as a whole: a number may be split between message and arguments. */
  @Override
  public String getFormattedMessage() {
    if (formattedMessage == null) {
      formattedMessage = LogText.of(event.getFormattedMessage(), masker);
    }
    return formattedMessage;
  }

  @Override
  public String getMessage() {
    return LogText.of(event.getMessage(), masker);
  }

  /** Texts, because an encoder might otherwise write what an object's text does not show. */
  @Override
  public Object[] getArgumentArray() {
    Object[] arguments = event.getArgumentArray();
    if (arguments == null) {
      return null;
    }
    Object[] masked = new Object[arguments.length];
    for (int at = 0; at < arguments.length; at++) {
      masked[at] = masked(arguments[at]);
    }
    return masked;
  }

  private Object masked(Object value) {
    if (value == null || value instanceof Boolean) {
      return value;
    }
    String text = String.valueOf(value);
    String masked = LogText.of(text, masker);
    return value instanceof Number && masked.equals(text) ? value : masked;
  }

  @Override
  public IThrowableProxy getThrowableProxy() {
    if (throwable == null && event.getThrowableProxy() != null) {
      throwable = MaskedThrowableProxy.of(event.getThrowableProxy(), masker);
    }
    return throwable;
  }

  @Override
  public Map<String, String> getMDCPropertyMap() {
    Map<String, String> masked = new LinkedHashMap<>();
    event.getMDCPropertyMap().forEach((name, value) -> masked.put(name, LogText.of(value, masker)));
    return masked;
  }

  @Override
  public List<Marker> getMarkerList() {
    List<Marker> markers = event.getMarkerList();
    return markers == null
        ? null
        : markers.stream()
            .map(marker -> MarkerFactory.getDetachedMarker(LogText.of(marker.toString(), masker)))
            .toList();
  }

  @Override
  public List<KeyValuePair> getKeyValuePairs() {
    List<KeyValuePair> pairs = event.getKeyValuePairs();
    return pairs == null
        ? null
        : pairs.stream()
            .map(pair -> new KeyValuePair(LogText.of(pair.key, masker), masked(pair.value)))
            .toList();
  }

  @Override
  public String getThreadName() {
    return LogText.of(event.getThreadName(), masker);
  }

  @Override
  public Level getLevel() {
    return event.getLevel();
  }

  @Override
  public String getLoggerName() {
    return event.getLoggerName();
  }

  @Override
  public LoggerContextVO getLoggerContextVO() {
    return event.getLoggerContextVO();
  }

  @Override
  public long getContextBirthTime() {
    return getLoggerContextVO().getBirthTime();
  }

  @Override
  public Instant getInstant() {
    return event.getInstant();
  }

  @Override
  public long getTimeStamp() {
    return event.getTimeStamp();
  }

  @Override
  public int getNanoseconds() {
    return event.getNanoseconds();
  }

  @Override
  public long getSequenceNumber() {
    return event.getSequenceNumber();
  }

  @Override
  public StackTraceElement[] getCallerData() {
    return event.getCallerData();
  }

  @Override
  public boolean hasCallerData() {
    return event.hasCallerData();
  }

  @Override
  public void prepareForDeferredProcessing() {
    event.prepareForDeferredProcessing();
  }

  @Override
  public String toString() {
    return "[%s] %s".formatted(getLevel(), getFormattedMessage());
  }
}
