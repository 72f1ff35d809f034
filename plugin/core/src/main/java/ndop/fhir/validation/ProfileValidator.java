package ndop.fhir.validation;

import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.rest.api.EncodingEnum;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.hl7.fhir.common.hapi.validation.validator.WorkerContextValidationSupportAdapter;
import org.hl7.fhir.r5.elementmodel.Manager.FhirFormat;
import org.hl7.fhir.r5.model.StructureDefinition;
import org.hl7.fhir.utilities.validation.ValidationMessage;

/**
 * Validates the text of a resource against the profiles that the caller names, whatever {@code
 * meta.profile} says. Thread-safe.
 *
 * <p>It runs HL7's instance validator over HAPI's definitions, as HAPI's {@code
 * FhirInstanceValidator} does, and has the same findings; the difference is that it pools the
 * instances.
 */
public final class ProfileValidator {

  private static final Finding UNREADABLE =
      new Finding(Severity.FATAL, "", -1, -1, "", "Expected FHIR; the text cannot be read.");

  /** How HAPI numbers its messages, which mean nothing to whoever sent the resource. */
  private static final Pattern MESSAGE_NUMBER = Pattern.compile("HAPI-\\d{4}: ");

  private final WorkerContextValidationSupportAdapter definitions;
  private final InstanceValidatorPool validators;

  public ProfileValidator(IValidationSupport source) {
    definitions = new WorkerContextValidationSupportAdapter(source);
    validators = new InstanceValidatorPool(definitions);
  }

  /**
   * Validates {@code text}.
   *
   * @param profiles canonical URLs, checked in addition to the base resource
   * @return every finding, in the validator's order
   * @throws IllegalArgumentException a profile is not among the definitions
   */
  public List<Finding> validate(String text, EncodingEnum encoding, List<String> profiles) {
    List<StructureDefinition> requested = profiles.stream().map(this::profile).toList();
    return encoding == EncodingEnum.XML
        ? validateXml(XmlProlog.of(text), requested)
        : validate(text, FhirFormat.JSON, requested);
  }

  private List<Finding> validateXml(XmlProlog xml, List<StructureDefinition> requested) {
    if (!xml.isReadable()) {
      return List.of(UNREADABLE);
    }
    return validate(xml.text(), FhirFormat.XML, requested).stream()
        .map(finding -> finding.inColumn(xml.column(finding.line(), finding.column())))
        .toList();
  }

  private List<Finding> validate(
      String text, FhirFormat format, List<StructureDefinition> requested) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    List<ValidationMessage> messages = new ArrayList<>();
    List<Finding> findings = new ArrayList<>();
    try {
      validators.run(
          validator ->
              validator.validate(
                  null,
                  messages,
                  new ByteArrayInputStream(bytes),
                  format,
                  new ArrayList<>(requested)));
    } catch (RuntimeException | StackOverflowError failed) {
      // HL7's parser throws on some JSON that is not FHIR, such as null in place of a value. Its
      // regular expressions recurse for each character that they repeat.
      findings.add(UNREADABLE);
    }
    messages.stream().map(ProfileValidator::finding).forEach(findings::add);
    return List.copyOf(findings);
  }

  private StructureDefinition profile(String url) {
    StructureDefinition profile = definitions.fetchResource(StructureDefinition.class, url);
    if (profile == null) {
      throw new IllegalArgumentException("no definition of the profile " + url);
    }
    return profile;
  }

  private static Finding finding(ValidationMessage message) {
    return new Finding(
        Severity.of(message.getLevel()),
        message.getLocation() == null ? "" : message.getLocation(),
        message.getLine(),
        message.getCol(),
        rule(message),
        MESSAGE_NUMBER.matcher(message.getMessage()).replaceAll(""));
  }

  private static String rule(ValidationMessage message) {
    if (message.getInvId() != null) {
      return message.getInvId().substring(message.getInvId().lastIndexOf('#') + 1);
    }
    // If HL7's validator has no message id, it sets a whole sentence.
    String id = message.getMessageId();
    return id == null || id.contains(" ") ? "" : id;
  }
}
