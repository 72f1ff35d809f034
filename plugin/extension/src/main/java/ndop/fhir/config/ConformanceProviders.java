package ndop.fhir.config;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.jpa.api.dao.DaoRegistry;
import java.util.List;
import ndop.fhir.edition.Edition;
import ndop.fhir.edition.EditionPackage;
import ndop.fhir.edition.PublishedArtefacts;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.BodyPolicy;
import ndop.fhir.policy.BodySyntaxPolicy;
import ndop.fhir.policy.ImmutablePatientPolicy;
import ndop.fhir.provider.ConformanceResourceProvider;
import ndop.fhir.provider.OperationRequestReader;
import ndop.fhir.provider.TerminologyProvider;
import ndop.fhir.provider.ValidateProvider;
import ndop.fhir.request.RequestBodyReader;
import ndop.fhir.validation.ValidationSupportFactory;

/**
 * The providers by which a server can be asked about its profiles; none if a setting leaves them
 * out (decision D-30).
 */
final class ConformanceProviders {

  private final List<Object> providers;

  ConformanceProviders(
      FhirContext fhir,
      EditionPackage editionPackage,
      NdopProperties properties,
      BodySyntaxPolicy syntax,
      BodyPolicy bodies,
      ImmutablePatientPolicy patients,
      DaoRegistry daos,
      SpineOutcomeFactory outcomes) {
    Edition edition = editionPackage.edition();
    if (edition.conformance() == null) {
      providers = List.of();
      return;
    }
    PublishedArtefacts artefacts = new PublishedArtefacts(editionPackage);
    OperationRequestReader reader =
        new OperationRequestReader(
            fhir, syntax, new RequestBodyReader(properties.bodySizes(), outcomes), outcomes);
    providers =
        List.of(
            new ConformanceResourceProvider(artefacts, outcomes),
            new ValidateProvider(edition, artefacts, bodies, patients, daos, reader, outcomes),
            new TerminologyProvider(
                fhir,
                edition,
                artefacts,
                ValidationSupportFactory.create(fhir, editionPackage.resources()),
                reader,
                outcomes));
  }

  List<Object> providers() {
    return providers;
  }
}
