package ndop.fhir.validation;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport;
import java.util.List;
import org.hl7.fhir.common.hapi.validation.support.CommonCodeSystemsTerminologyService;
import org.hl7.fhir.common.hapi.validation.support.InMemoryTerminologyServerValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.PrePopulatedValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.SnapshotGeneratingValidationSupport;
import org.hl7.fhir.common.hapi.validation.support.ValidationSupportChain;
import org.hl7.fhir.instance.model.api.IBaseResource;

/**
 * Creates the definitions that the validator works with: base STU3 and the given resources, all in
 * memory. It uses neither a database nor the network, so that a result does not depend on what else
 * a server stores.
 */
public final class ValidationSupportFactory {

  private ValidationSupportFactory() {}

  /** Base STU3 and {@code resources}; missing snapshots are generated on demand. */
  public static IValidationSupport create(
      FhirContext fhir, List<? extends IBaseResource> resources) {
    return create(fhir, new DefaultProfileValidationSupport(fhir), resources);
  }

  /** As above, with a shared {@code base}, which takes seconds to read. */
  public static IValidationSupport create(
      FhirContext fhir,
      DefaultProfileValidationSupport base,
      List<? extends IBaseResource> resources) {
    PrePopulatedValidationSupport own = new PrePopulatedValidationSupport(fhir);
    resources.forEach(own::addResource);
    InMemoryTerminologyServerValidationSupport terminology =
        new InMemoryTerminologyServerValidationSupport(fhir);
    terminology.setIssueSeverityForCodeDisplayMismatch(IValidationSupport.IssueSeverity.WARNING);
    return new ValidationSupportChain(
        base,
        own,
        new SnapshotGeneratingValidationSupport(fhir),
        new CommonCodeSystemsTerminologyService(fhir),
        terminology);
  }
}
