package ndop.fhir.config;

import ca.uhn.fhir.rest.server.HardcodedServerAddressStrategy;
import ca.uhn.fhir.rest.server.RestfulServer;
import ndop.fhir.edition.EditionPackage;
import ndop.fhir.provider.CapabilityStatementProvider;

/** Configures the providers, the base URL and the page size of the host's RestfulServer. */
final class RestfulServerCustomizer {

  private final EditionPackage editionPackage;
  private final NdopProperties properties;
  private final ProviderRegistry providers;

  RestfulServerCustomizer(
      EditionPackage editionPackage, NdopProperties properties, ProviderRegistry providers) {
    this.editionPackage = editionPackage;
    this.properties = properties;
    this.providers = providers;
  }

  void customize(RestfulServer server) {
    server.registerProviders(providers.providers());
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
