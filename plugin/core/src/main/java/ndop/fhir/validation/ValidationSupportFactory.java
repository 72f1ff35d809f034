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
 * Where the validator looks definitions up: base STU3 and the given resources, all in memory.
 *
 * <p>It asks no database and no network, so a verdict does not depend on what else a server stores.
 */
public final class ValidationSupportFactory {

  private ValidationSupportFactory() {}

  /** Base STU3 and {@code resources}; a StructureDefinition without snapshot gets one on demand. */
  public static IValidationSupport of(FhirContext fhir, List<? extends IBaseResource> resources) {
    return of(fhir, new DefaultProfileValidationSupport(fhir), resources);
  }

  /** As above, of a base that others share: reading it takes seconds. */
  public static IValidationSupport of(
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
