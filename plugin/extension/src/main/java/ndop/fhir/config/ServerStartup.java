package ndop.fhir.config;

import ca.uhn.fhir.rest.api.EncodingEnum;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.util.VersionUtil;
import jakarta.servlet.ServletContext;
import java.util.List;
import java.util.Locale;
import ndop.fhir.edition.Edition;
import ndop.fhir.edition.EditionPackage;
import ndop.fhir.store.Database;
import ndop.fhir.store.Readiness;
import ndop.fhir.store.StoreMonitor;
import ndop.fhir.validation.ProfileValidator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Turns the host's FHIR server into a server for the edition, once every bean exists and before the
 * first request: storage is configured, the search parameters are installed, the validator is
 * warmed up, the interceptors are registered, and a line in the log says what the server does.
 */
final class ServerStartup implements SmartInitializingSingleton {

  private static final Logger LOG = LoggerFactory.getLogger("ndop.fhir");

  private final ServletContext context;
  private final RestfulServer server;
  private final EditionPackage editionPackage;
  private final NdopProperties properties;
  private final ProfileValidator validator;
  private final StorageCustomizer storage;
  private final SearchParameterInstaller searchParameters;
  private final InterceptorRegistry interceptors;
  private final RestfulServerCustomizer serverCustomizer;
  private final Database database;
  private final StoreMonitor store;
  private final Readiness readiness;

  ServerStartup(
      ServletContext context,
      RestfulServer server,
      EditionPackage editionPackage,
      NdopProperties properties,
      ProfileValidator validator,
      StorageCustomizer storage,
      SearchParameterInstaller searchParameters,
      InterceptorRegistry interceptors,
      RestfulServerCustomizer serverCustomizer,
      Database database,
      StoreMonitor store,
      Readiness readiness) {
    this.context = context;
    this.server = server;
    this.editionPackage = editionPackage;
    this.properties = properties;
    this.validator = validator;
    this.storage = storage;
    this.searchParameters = searchParameters;
    this.interceptors = interceptors;
    this.serverCustomizer = serverCustomizer;
    this.database = database;
    this.store = store;
    this.readiness = readiness;
  }

  @Override
  public void afterSingletonsInstantiated() {
    HostRequirements.requireOneFhirServlet(context);
    HostRequirements.requireForce(database);
    storage.customize();
    searchParameters.install(editionPackage);
    warmUp();
    interceptors.register(server);
    serverCustomizer.customize(server);
    store.start();
    readiness.start();
    LOG.info(
        "ndop-fhir serves {} ({}): HAPI FHIR {}, FHIR {}, package {}#{}, {} interceptors, "
            + "strict NHS numbers {}, If-Match {}, audit {}",
        editionPackage.edition().id(),
        editionPackage.edition().title(),
        VersionUtil.getVersion(),
        server.getFhirContext().getVersion().getVersion(),
        editionPackage.name(),
        editionPackage.version(),
        interceptors.interceptors().size(),
        properties.strictNhsNumber() ? "on" : "off",
        properties.requireIfMatch() ? "required" : "optional",
        properties.audit().name().toLowerCase(Locale.ROOT));
  }

  /** The first validation loads the definitions of FHIR; no client should wait for that. */
  private void warmUp() {
    Edition edition = editionPackage.edition();
    validator.validate(
        "{\"resourceType\":\"%s\"}".formatted(edition.resourceType()),
        EncodingEnum.JSON,
        List.of(edition.profile()));
  }
}
