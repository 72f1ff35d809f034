package ndop.fhir.config;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.jpa.api.dao.DaoRegistry;
import ca.uhn.fhir.jpa.searchparam.matcher.SearchParamMatcher;
import java.util.ArrayList;
import java.util.List;
import ndop.fhir.edition.Edition;
import ndop.fhir.edition.EditionPackage;
import ndop.fhir.edition.PublishedArtefacts;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.BodyPolicy;
import ndop.fhir.policy.BodySyntaxPolicy;
import ndop.fhir.policy.ImmutablePatientPolicy;
import ndop.fhir.policy.PatientReferenceParser;
import ndop.fhir.provider.ConformanceResourceProvider;
import ndop.fhir.provider.ConsentSearchProvider;
import ndop.fhir.provider.OperationRequestReader;
import ndop.fhir.provider.PatientHistoryProvider;
import ndop.fhir.provider.TerminologyProvider;
import ndop.fhir.provider.ValidateProvider;
import ndop.fhir.request.RequestBodyReader;
import ndop.fhir.validation.ValidationSupportFactory;

/**
 * Creates every provider of the extension: the search and the history of Consents and, unless a
 * setting leaves them out, those by which the server can be asked about its profiles (decision
 * D-30).
 */
final class ProviderRegistry {

  private final List<Object> providers = new ArrayList<>();

  ProviderRegistry(
      FhirContext fhir,
      EditionPackage editionPackage,
      NdopProperties properties,
      PatientReferenceParser patients,
      BodySyntaxPolicy syntax,
      BodyPolicy bodies,
      ImmutablePatientPolicy immutablePatients,
      DaoRegistry daos,
      SearchParamMatcher matcher,
      SpineOutcomeFactory outcomes) {
    Edition edition = editionPackage.edition();
    providers.add(new ConsentSearchProvider(fhir, edition, patients, daos));
    if (edition.history() != null) {
      providers.add(new PatientHistoryProvider(edition, patients, daos, matcher));
    }
    if (edition.conformance() != null) {
      PublishedArtefacts artefacts = new PublishedArtefacts(editionPackage);
      OperationRequestReader reader =
          new OperationRequestReader(
              fhir, syntax, new RequestBodyReader(properties.bodySizes(), outcomes), outcomes);
      providers.add(new ConformanceResourceProvider(artefacts, outcomes));
      providers.add(
          new ValidateProvider(
              edition, artefacts, bodies, immutablePatients, daos, reader, outcomes));
      providers.add(
          new TerminologyProvider(
              fhir,
              edition,
              artefacts,
              ValidationSupportFactory.create(fhir, editionPackage.resources()),
              reader,
              outcomes));
    }
  }

  /** The providers, to be registered before those of the host are bound. */
  List<Object> providers() {
    return List.copyOf(providers);
  }
}
