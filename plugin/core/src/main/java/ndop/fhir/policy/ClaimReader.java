package ndop.fhir.policy;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ndop.fhir.edition.Edition;

/** Reads identities from the claims of a token, in the form that the edition gives each claim. */
final class ClaimReader {

  /** Naming system, pipe, value. */
  private static final Pattern IDENTIFIER = Pattern.compile("([^|\\s]+)\\|([^|\\s]+)");

  private final Edition edition;
  private final PatientReferenceParser patients;

  ClaimReader(Edition edition) {
    this.edition = edition;
    this.patients = new PatientReferenceParser(edition);
  }

  /** The value of the first claim that names a {@code role}; of a record, its patient. */
  Optional<String> named(Token token, String role) {
    return edition.audit().claims().entrySet().stream()
        .filter(entry -> role.equals(entry.getValue().names()))
        .flatMap(entry -> value(token, entry).stream())
        .findFirst();
  }

  /** The NHS number of the patient to whom the token is bound; empty if it is bound to none. */
  Optional<String> boundTo(Token token) {
    return edition.audit().claims().entrySet().stream()
        .filter(entry -> entry.getValue().bounds())
        .flatMap(entry -> nhsNumber(token, entry).stream())
        .findFirst();
  }

  private Optional<String> nhsNumber(Token token, Map.Entry<String, Edition.Claim> entry) {
    if (isRecord(entry.getValue())) {
      return recordPatient(token.claims().get(entry.getKey())).flatMap(patients::nhsNumber);
    }
    return token
        .text(entry.getKey())
        .flatMap(text -> identifierValue(entry.getValue(), text))
        .flatMap(patients::nhsNumberOfParameter);
  }

  private Optional<String> value(Token token, Map.Entry<String, Edition.Claim> entry) {
    return isRecord(entry.getValue())
        ? recordPatient(token.claims().get(entry.getKey()))
        : token.text(entry.getKey());
  }

  /** The value of an identifier; empty if it is not of the claim's naming system. */
  Optional<String> identifierValue(Edition.Claim claim, String text) {
    Matcher matcher = IDENTIFIER.matcher(text);
    if (!matcher.matches()
        || (claim.system() != null && !claim.system().equals(matcher.group(1)))) {
      return Optional.empty();
    }
    String value = matcher.group(2);
    return claim.value() == null || value.matches(claim.value())
        ? Optional.of(value)
        : Optional.empty();
  }

  /**
   * The reference to the patient of a record; empty if it is not a record of the edition's type.
   * The published example wraps the patient in a list. A patient that is named in a second way as
   * well, by an identifier, is none: readers might use either.
   */
  Optional<String> recordPatient(JsonNode held) {
    if (held == null || !edition.resourceType().equals(held.path("resourceType").asText())) {
      return Optional.empty();
    }
    JsonNode patient = held.path(edition.patient().element());
    JsonNode one = patient.isArray() && patient.size() == 1 ? patient.get(0) : patient;
    JsonNode reference = one.path("reference");
    return reference.isTextual() && !one.has("identifier")
        ? Optional.of(reference.asText())
        : Optional.empty();
  }

  /** Whether the record names its patient by NHS number. */
  boolean namesPatient(JsonNode held) {
    return recordPatient(held).flatMap(patients::nhsNumber).isPresent();
  }

  private static boolean isRecord(Edition.Claim claim) {
    return "record".equals(claim.form());
  }
}
