package ndop.fhir.servlet;

import java.io.CharArrayWriter;
import java.util.Arrays;
import java.util.stream.Stream;
import ndop.fhir.masking.ConfidentialDataMasker;
import org.apache.catalina.AccessLog;
import org.apache.catalina.Container;
import org.apache.catalina.valves.AccessLogValve;

/** Tomcat's access log, in which URLs and headers show no NHS number and no token. */
final class MaskingAccessLogValve extends AccessLogValve {

  private final ConfidentialDataMasker masker = new ConfidentialDataMasker();

  @Override
  public void log(CharArrayWriter message) {
    CharArrayWriter masked = new CharArrayWriter(message.size());
    String line = masker.maskIdentifiers(message.toString());
    masked.write(line, 0, line.length());
    super.log(masked);
  }

  /** The access logs of a container and of those in it that are not masked, by their classes. */
  static Stream<String> unmaskedIn(Container container) {
    return Stream.concat(
        Arrays.stream(container.getPipeline().getValves())
            .filter(
                valve -> valve instanceof AccessLog && !(valve instanceof MaskingAccessLogValve))
            .map(valve -> valve.getClass().getName()),
        Arrays.stream(container.findChildren()).flatMap(MaskingAccessLogValve::unmaskedIn));
  }
}
