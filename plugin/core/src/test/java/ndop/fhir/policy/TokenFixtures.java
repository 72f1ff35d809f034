package ndop.fhir.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Valid tokens and headers, for tests to change. */
final class TokenFixtures {

  static final long NOW = 1_800_000_000L;
  static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(NOW), ZoneOffset.UTC);
  static final String PATIENT = "9990000018";
  static final String OTHER_PATIENT = "9990000026";

  static final AuditHeaders NO_HEADERS =
      new AuditHeaders(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          List.of());

  private TokenFixtures() {}

  /** The claims that ndop-1.1.0 requires of a system acting for itself. */
  static Map<String, Object> published() {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", "https://portal.example");
    claims.put("sub", "https://fhir.nhs.uk/Id/accredited-system|200000000205");
    claims.put("aud", "https://clinicals.spineservices.nhs.uk");
    claims.put("iat", NOW);
    claims.put("exp", NOW + 300);
    claims.put("reason_for_request", "patientaccess");
    claims.put("scope", "patient/consent.read patient/consent.write");
    claims.put("requesting_system", "https://fhir.nhs.uk/Id/accredited-system|200000000205");
    return claims;
  }

  /** The claims that ndop-0.0.9-alpha requires. */
  static Map<String, Object> alpha() {
    Map<String, Object> claims = new LinkedHashMap<>();
    claims.put("iss", "https://portal.example");
    claims.put("sub", "4711");
    claims.put("aud", "https://authorize.fhir.nhs.uk/token");
    claims.put("iat", NOW);
    claims.put("exp", NOW + 300);
    claims.put("reason_for_request", "optoutprefs");
    claims.put("requested_record", record("Consent", PATIENT));
    claims.put("requested_scopes", "consent/*.read");
    claims.put("requesting_actor", "https://example.org/Practitioner/4711");
    return claims;
  }

  static Map<String, Object> record(String type, String nhsNumber) {
    return Map.of(
        "resourceType",
        type,
        "patient",
        Map.of("reference", "https://demographics.spineservices.nhs.uk/STU3/Patient/" + nhsNumber));
  }

  static Map<String, Object> with(Map<String, Object> claims, String name, Object value) {
    Map<String, Object> changed = new LinkedHashMap<>(claims);
    changed.put(name, value);
    return changed;
  }

  static Map<String, Object> without(Map<String, Object> claims, String name) {
    Map<String, Object> changed = new LinkedHashMap<>(claims);
    if (!changed.containsKey(name)) {
      throw new IllegalArgumentException(name);
    }
    changed.remove(name);
    return changed;
  }

  static String unsecured(Map<String, Object> claims) {
    return part(Map.of("alg", "none", "typ", "JWT")) + "." + part(claims) + ".";
  }

  static Token token(Map<String, Object> claims) {
    try {
      return Token.of("Bearer " + unsecured(claims));
    } catch (Token.MalformedException never) {
      throw new IllegalStateException(never);
    }
  }

  static String part(Object json) {
    try {
      return part(new ObjectMapper().writeValueAsString(json));
    } catch (JsonProcessingException never) {
      throw new IllegalStateException(never);
    }
  }

  static String part(String text) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }
}
