package ndop.fhir.logging;

import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.StackTraceElementProxy;
import java.util.stream.Stream;
import ndop.fhir.masking.ConfidentialDataMasker;

/**
 * An exception, its causes and those it suppressed, with their messages masked and their stack
 * traces as they are.
 */
final class MaskedThrowableProxy implements IThrowableProxy {

  private final IThrowableProxy original;
  private final ConfidentialDataMasker masker;
  private final IThrowableProxy cause;
  private final IThrowableProxy[] suppressed;

  private MaskedThrowableProxy(IThrowableProxy original, ConfidentialDataMasker masker) {
    this.original = original;
    this.masker = masker;
    this.cause = of(original.getCause(), masker);
    IThrowableProxy[] all = original.getSuppressed();
    this.suppressed =
        all == null
            ? null
            : Stream.of(all).map(one -> of(one, masker)).toArray(IThrowableProxy[]::new);
  }

  /** The masked exception; null for null. Logback has cut cycles of causes already. */
  static IThrowableProxy of(IThrowableProxy original, ConfidentialDataMasker masker) {
    return original == null ? null : new MaskedThrowableProxy(original, masker);
  }

  @Override
  public String getMessage() {
    return LogText.of(original.getMessage(), masker);
  }

  @Override
  public String getOverridingMessage() {
    return LogText.of(original.getOverridingMessage(), masker);
  }

  @Override
  public String getClassName() {
    return original.getClassName();
  }

  @Override
  public StackTraceElementProxy[] getStackTraceElementProxyArray() {
    return original.getStackTraceElementProxyArray();
  }

  @Override
  public int getCommonFrames() {
    return original.getCommonFrames();
  }

  @Override
  public IThrowableProxy getCause() {
    return cause;
  }

  @Override
  public IThrowableProxy[] getSuppressed() {
    return suppressed;
  }

  @Override
  public boolean isCyclic() {
    return original.isCyclic();
  }
}
