package ndop.fhir.config;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings.IdStrategyEnum;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings.StoreMetaSourceInformationEnum;
import ca.uhn.fhir.jpa.api.dao.DaoRegistry;
import ca.uhn.fhir.jpa.searchparam.matcher.SearchParamMatcher;
import ca.uhn.fhir.rest.api.EncodingEnum;
import ca.uhn.fhir.rest.server.HardcodedServerAddressStrategy;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.interceptor.ResponseHighlighterInterceptor;
import ca.uhn.fhir.util.VersionUtil;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import ndop.fhir.edition.Edition;
import ndop.fhir.edition.EditionPackage;
import ndop.fhir.interceptor.AuditEventInterceptor;
import ndop.fhir.interceptor.AuditLogInterceptor;
import ndop.fhir.interceptor.AuthenticationInterceptor;
import ndop.fhir.interceptor.CorsInterceptor;
import ndop.fhir.interceptor.IfMatchInterceptor;
import ndop.fhir.interceptor.IfModifiedSinceInterceptor;
import ndop.fhir.interceptor.ImmutablePatientInterceptor;
import ndop.fhir.interceptor.InteractionBindingInterceptor;
import ndop.fhir.interceptor.LocationHeaderInterceptor;
import ndop.fhir.interceptor.PageSizeInterceptor;
import ndop.fhir.interceptor.PatientAuthorizationInterceptor;
import ndop.fhir.interceptor.PatientSearchInterceptor;
import ndop.fhir.interceptor.RequestScopeInterceptor;
import ndop.fhir.interceptor.RequestValidatingInterceptor;
import ndop.fhir.interceptor.SpineExceptionInterceptor;
import ndop.fhir.interceptor.UpdateAsCreateInterceptor;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.BodyPolicy;
import ndop.fhir.policy.BodySyntaxPolicy;
import ndop.fhir.policy.CallerPolicy;
import ndop.fhir.policy.ClaimPolicy;
import ndop.fhir.policy.FindingPolicy;
import ndop.fhir.policy.InteractionPolicy;
import ndop.fhir.policy.ParameterPolicy;
import ndop.fhir.policy.PatientReferenceParser;
import ndop.fhir.policy.ReplayPolicy;
import ndop.fhir.policy.SignaturePolicy;
import ndop.fhir.provider.CapabilityStatementProvider;
import ndop.fhir.provider.PatientHistoryProvider;
import ndop.fhir.token.JwsSignaturePolicy;
import ndop.fhir.validation.ProfileValidator;
import ndop.fhir.validation.ValidationSupportFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;

/**
 * Turns the host's FHIR server into a server of the edition: after all beans are there, before the
 * servlet begins to serve.
 */
final class ServerSetup implements SmartInitializingSingleton {

  private static final Logger LOG = LoggerFactory.getLogger("ndop.fhir");

  private final RestfulServer server;
  private final EditionPackage edition;
  private final NdopProperties settings;
  private final SpineOutcomeFactory outcomes;
  private final JpaStorageSettings storage;
  private final DaoRegistry daos;
  private final SearchParamMatcher matcher;
  private final SearchParameterInstaller installation;

  ServerSetup(
      RestfulServer server,
      EditionPackage edition,
      NdopProperties settings,
      SpineOutcomeFactory outcomes,
      JpaStorageSettings storage,
      DaoRegistry daos,
      SearchParamMatcher matcher,
      SearchParameterInstaller installation) {
    this.server = server;
    this.edition = edition;
    this.settings = settings;
    this.outcomes = outcomes;
    this.storage = storage;
    this.daos = daos;
    this.matcher = matcher;
    this.installation = installation;
  }

  @Override
  public void afterSingletonsInstantiated() {
    setUpStorage();
    installation.install(edition);
    int hooks = setUpServer();
    LOG.info(
        "ndop-fhir serves {} ({}): HAPI FHIR {}, FHIR {}, package {}#{}, {} hooks, "
            + "strict NHS numbers {}, If-Match {}, audit {}",
        edition.edition().id(),
        edition.edition().title(),
        VersionUtil.getVersion(),
        server.getFhirContext().getVersion().getVersion(),
        edition.name(),
        edition.version(),
        hooks,
        settings.strictNhsNumber() ? "on" : "off",
        settings.requireIfMatch() ? "required" : "optional",
        settings.audit().name().toLowerCase(Locale.ROOT));
  }

  private void setUpStorage() {
    storage.setResourceServerIdStrategy(IdStrategyEnum.UUID);
    storage.setAllowExternalReferences(true);
    // What a reference must be, the profile says, and none is resolved (NDOP-147, D-22). HAPI would
    // insist on a known type and an id in every URL, and look for those of its own address.
    storage.setTreatReferencesAsLogical(Set.of("*"));
    // A query in a reference would be a search for its target.
    storage.setAllowInlineMatchUrlReferences(false);
    storage.setUniqueIndexesEnabled(true);
    storage.setStoreMetaSourceInformation(StoreMetaSourceInformationEnum.NONE);
    storage.setReuseCachedSearchResultsForMillis(null);
    // A reference is returned as it was sent, with its version if it had one (NDOP-052).
    server.getFhirContext().getParserOptions().setStripVersionsFromReferences(false);
  }

  private int setUpServer() {
    Edition facts = edition.edition();
    FhirContext fhir = server.getFhirContext();
    PatientReferenceParser patients = new PatientReferenceParser(facts);
    ProfileValidator validator = warm(facts, fhir);
    InteractionPolicy interactions = new InteractionPolicy(facts);

    unregisterHostInterceptors();
    List<Object> hooks =
        List.of(
            new InteractionBindingInterceptor(facts),
            new AuthenticationInterceptor(facts, interactions, callers(facts), outcomes),
            new RequestScopeInterceptor(interactions, new ParameterPolicy(facts), outcomes),
            new PageSizeInterceptor(settings.maxPage()),
            new IfModifiedSinceInterceptor(),
            new RequestValidatingInterceptor(
                new BodyPolicy(
                    new BodySyntaxPolicy(settings.maxDepth(), settings.maxElements()),
                    fhir,
                    validator,
                    new FindingPolicy(facts, settings.strictNhsNumber()),
                    facts.resourceType(),
                    facts.profile()),
                outcomes,
                Math.toIntExact(settings.maxBody().toBytes())),
            new PatientAuthorizationInterceptor(facts, patients, daos, outcomes),
            new IfMatchInterceptor(settings.requireIfMatch(), outcomes),
            new UpdateAsCreateInterceptor(outcomes),
            new ImmutablePatientInterceptor(patients, outcomes),
            new PatientSearchInterceptor(facts, patients),
            new LocationHeaderInterceptor(),
            new SpineExceptionInterceptor(outcomes));
    hooks.forEach(server::registerInterceptor);
    if (!settings.trail().file().isBlank()) {
      record(facts, interactions, patients);
    }
    if (facts.cors()) {
      server.registerInterceptor(new CorsInterceptor(settings.corsOrigins(), outcomes));
    }
    if (facts.history() != null) {
      server.registerProvider(new PatientHistoryProvider(facts, patients, daos, matcher));
    }
    server.setServerConformanceProvider(new CapabilityStatementProvider(edition));
    if (!settings.baseUrl().isBlank()) {
      server.setServerAddressStrategy(new HardcodedServerAddressStrategy(settings.baseUrl()));
    }
    // Without stored result lists there is no page that somebody else could ask for.
    server.setPagingProvider(null);
    server.setDefaultPageSize(settings.maxPage());
    server.setMaximumPageSize(settings.maxPage());
    return hooks.size();
  }

  private void record(
      Edition facts, InteractionPolicy interactions, PatientReferenceParser patients) {
    AuditTrail trail = AuditTrail.open(settings.trail());
    Clock clock = Clock.systemUTC();
    if (settings.trail().events()) {
      // Before the line, so that it goes again where the line cannot be written.
      server.registerInterceptor(
          new AuditEventInterceptor(patients, daos, trail.pseudonyms(), clock));
    }
    server.registerInterceptor(
        new AuditLogInterceptor(
            facts, interactions, patients, outcomes, trail.file(), trail.pseudonyms(), clock));
  }

  private CallerPolicy callers(Edition facts) {
    TokenProperties token = settings.token();
    Clock clock = Clock.systemUTC();
    ClaimPolicy claims = new ClaimPolicy(facts, token.values(), token.clockTolerance(), clock);
    if (token.signatures() == TokenProperties.Signatures.OFF) {
      return new CallerPolicy(
          facts, settings.audit(), SignaturePolicy.NOT_VERIFIED, claims, Optional.empty());
    }
    HostRequirements.requireTokensAreRead(settings);
    Duration usable =
        Duration.ofSeconds(ClaimPolicy.lifetimeOf(facts)).plus(token.clockTolerance());
    return new CallerPolicy(
        facts,
        settings.audit(),
        new JwsSignaturePolicy(TokenKeys.read(token)),
        claims.requireTimes(),
        Optional.of(new ReplayPolicy(usable.plus(token.clockTolerance()), clock)));
  }

  /** The first validation loads the definitions of FHIR; no client should wait for that. */
  private ProfileValidator warm(Edition facts, FhirContext fhir) {
    ProfileValidator validator =
        new ProfileValidator(ValidationSupportFactory.of(fhir, edition.resources()));
    validator.validate(
        "{\"resourceType\":\"%s\"}".formatted(facts.resourceType()),
        EncodingEnum.JSON,
        List.of(facts.profile()));
    return validator;
  }

  /** A stock server answers browsers in HTML and has its own idea of CORS. */
  private void unregisterHostInterceptors() {
    server
        .getInterceptorService()
        .unregisterInterceptorsIf(
            interceptor ->
                interceptor instanceof ResponseHighlighterInterceptor
                    || interceptor instanceof ca.uhn.fhir.rest.server.interceptor.CorsInterceptor);
  }
}
