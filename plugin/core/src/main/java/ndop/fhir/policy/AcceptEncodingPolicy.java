package ndop.fhir.policy;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Decides whether an answer is compressed (NDOP-182; RFC 9110, section 12.5.3). */
public final class AcceptEncodingPolicy {

  private AcceptEncodingPolicy() {}

  /** Whether the client accepts gzip, and not rather an answer as it is. */
  public static boolean prefersGzip(List<String> acceptEncoding) {
    Map<String, Double> weights = new HashMap<>();
    acceptEncoding.stream()
        .flatMap(value -> Arrays.stream(value.split(",")))
        .forEach(coding -> add(weights, coding));
    double gzip = weights.getOrDefault("gzip", weights.getOrDefault("*", 0.0));
    return gzip > 0 && gzip >= weights.getOrDefault("identity", 0.0);
  }

  private static void add(Map<String, Double> weights, String coding) {
    String[] parts = coding.toLowerCase(Locale.ROOT).split(";", 2);
    String name = parts[0].strip().equals("x-gzip") ? "gzip" : parts[0].strip();
    weights.put(name, parts.length == 1 ? 1.0 : weight(parts[1].strip()));
  }

  /** A weight that is none counts as none: what is not certainly accepted is not sent. */
  private static double weight(String parameter) {
    String[] value = parameter.split("=", 2);
    if (value.length != 2 || !value[0].strip().equals("q")) {
      return 0;
    }
    try {
      return Double.parseDouble(value[1].strip());
    } catch (NumberFormatException noNumber) {
      return 0;
    }
  }
}
