package ndop.fhir.policy;

import static ndop.fhir.policy.Situation.INVALID_NHS_NUMBER;
import static ndop.fhir.policy.Situation.INVALID_PARAMETER;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import ndop.fhir.edition.Edition;
import ndop.fhir.masking.ConfidentialDataMasker;
import org.hl7.fhir.dstu3.model.DateTimeType;

/**
 * Decides whether the value of a URL parameter can be understood. One that cannot is refused where
 * an empty answer would be read as another: a patient who is named in a way that the server does
 * not know must not be taken for one without a Consent (NDOP-108, NDOP-128).
 */
public final class ParameterValuePolicy {

  private static final Set<String> NUMBERS = Set.of("_count", "_offset", "count", "offset");
  private static final Pattern NUMBER = Pattern.compile("[0-9]{1,6}");
  private static final Pattern VERSION = Pattern.compile("[A-Za-z0-9.\\-]{1,64}");
  private static final Pattern SINCE =
      Pattern.compile(
          "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\\.[0-9]{1,9})?"
              + "(?:Z|[+-][0-9]{2}:[0-9]{2})");
  private static final ConfidentialDataMasker NUMBERS_OF_PATIENTS = new ConfidentialDataMasker();

  private final String patient;
  private final String version;
  private final PatientReferenceParser patients;

  public ParameterValuePolicy(Edition edition) {
    patient = edition.patient().element();
    version = edition.history() == null ? null : edition.history().version();
    patients = new PatientReferenceParser(edition);
  }

  /** The reason for refusing the value of a parameter; empty if it can be understood. */
  public Optional<Outcome> refusal(String name, String value) {
    if (NUMBERS.contains(name) && !NUMBER.matcher(value).matches()) {
      return refused(name, "a number from 0 to 999999", value);
    }
    if (name.equals("_pretty") && !Set.of("true", "false").contains(value)) {
      return refused(name, "true or false", value);
    }
    if (name.equals("_since") && !isDateTime(value)) {
      return refused(name, "a time with its zone, such as 2018-05-16T09:00:00Z", value);
    }
    if (name.equals(version) && !VERSION.matcher(value).matches()) {
      return refused(name, "the number of a version", value);
    }
    return name.equals(patient) ? refusalOfPatient(value) : Optional.empty();
  }

  private Optional<Outcome> refusalOfPatient(String value) {
    if (patients.nhsNumberOfParameter(value).isPresent()) {
      return Optional.empty();
    }
    if (value.contains(",")) {
      return refused(patient, "one patient", value);
    }
    boolean hasNumber = !NUMBERS_OF_PATIENTS.maskIdentifiers(value).equals(value);
    return hasNumber
        ? Optional.of(
            Outcome.of(
                INVALID_NHS_NUMBER,
                "%s: expected an NHS number of ten digits, or a reference that ends in Patient/ and one; found %s."
                    .formatted(patient, QuotedInput.of(value))))
        : Optional.empty();
  }

  private static boolean isDateTime(String value) {
    // The plus of a time zone may arrive as a blank in a URL.
    String text = value.replace(' ', '+');
    if (!SINCE.matcher(text).matches()) {
      return false;
    }
    try {
      return new DateTimeType(text).getValue() != null;
    } catch (RuntimeException noSuchDate) {
      return false;
    }
  }

  private static Optional<Outcome> refused(String name, String expected, String found) {
    return Optional.of(
        Outcome.of(
            INVALID_PARAMETER,
            "%s: expected %s; found %s.".formatted(name, expected, QuotedInput.of(found))));
  }
}
