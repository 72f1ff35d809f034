package ndop.fhir.config;

import ca.uhn.fhir.jpa.api.dao.DaoRegistry;
import ca.uhn.fhir.jpa.searchparam.matcher.SearchParamMatcher;
import ca.uhn.fhir.rest.server.HardcodedServerAddressStrategy;
import ca.uhn.fhir.rest.server.RestfulServer;
import ndop.fhir.edition.Edition;
import ndop.fhir.edition.EditionPackage;
import ndop.fhir.policy.PatientReferenceParser;
import ndop.fhir.provider.CapabilityStatementProvider;
import ndop.fhir.provider.PatientHistoryProvider;

/** Configures the providers, the base URL and the page size of the host's RestfulServer. */
final class RestfulServerCustomizer {

  private final EditionPackage editionPackage;
  private final NdopProperties properties;
  private final ConformanceProviders conformance;
  private final PatientReferenceParser patients;
  private final DaoRegistry daos;
  private final SearchParamMatcher matcher;

  RestfulServerCustomizer(
      EditionPackage editionPackage,
      NdopProperties properties,
      ConformanceProviders conformance,
      PatientReferenceParser patients,
      DaoRegistry daos,
      SearchParamMatcher matcher) {
    this.editionPackage = editionPackage;
    this.properties = properties;
    this.conformance = conformance;
    this.patients = patients;
    this.daos = daos;
    this.matcher = matcher;
  }

  void customize(RestfulServer server) {
    Edition edition = editionPackage.edition();
    if (edition.history() != null) {
      server.registerProvider(new PatientHistoryProvider(edition, patients, daos, matcher));
    }
    server.registerProviders(conformance.providers());
    server.setServerConformanceProvider(new CapabilityStatementProvider(editionPackage));
    if (!properties.baseUrl().isBlank()) {
      server.setServerAddressStrategy(new HardcodedServerAddressStrategy(properties.baseUrl()));
    }
    // Without stored result lists there is no page that another client could request.
    server.setPagingProvider(null);
    server.setDefaultPageSize(properties.maxPage());
    server.setMaximumPageSize(properties.maxPage());
  }
}
