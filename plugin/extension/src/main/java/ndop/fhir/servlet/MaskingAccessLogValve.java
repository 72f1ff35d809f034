package ndop.fhir.servlet;

import java.io.CharArrayWriter;
import ndop.fhir.masking.ConfidentialDataMasker;
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
}
