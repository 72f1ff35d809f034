package ndop.fhir.policy;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import ndop.fhir.edition.Edition;
import org.hl7.fhir.dstu3.model.Consent;

/** Extracts the NHS number from a reference to a patient, whatever its host (decision D-11). */
public final class PatientReferenceParser {

  /** A number by itself, or a reference relative to a server. */
  private static final Pattern SHORT_FORM = Pattern.compile("(?:Patient/)?([0-9]{10})");

  private final Pattern form;

  public PatientReferenceParser(Edition edition) {
    form = Pattern.compile(edition.patient().pattern());
  }

  /** The NHS number in {@code reference}; empty if the reference has another form. */
  public Optional<String> nhsNumber(String reference) {
    Matcher matcher = form.matcher(reference);
    return matcher.find() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  /** The NHS number of the Consent's patient; empty if the reference has another form. */
  public Optional<String> nhsNumber(Consent consent) {
    return Optional.ofNullable(consent.getPatient().getReference()).flatMap(this::nhsNumber);
  }

  /**
   * The NHS number in the value of a parameter: a reference, absolute or relative, or a bare NHS
   * number (NDOP-109).
   */
  public Optional<String> nhsNumberOfParameter(String value) {
    Matcher matcher = SHORT_FORM.matcher(value);
    return matcher.matches() ? Optional.of(matcher.group(1)) : nhsNumber(value);
  }
}
