package ndop.fhir.config;

import ca.uhn.fhir.context.FhirContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import ndop.fhir.edition.Edition;
import ndop.fhir.edition.EditionPackage;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.BodySizePolicy;
import ndop.fhir.policy.ClientCertificateAllowList;
import ndop.fhir.policy.FairShares;
import ndop.fhir.policy.RateLimiter;
import ndop.fhir.policy.UrlPolicy;
import ndop.fhir.servlet.CacheControlFilter;
import ndop.fhir.servlet.ClientCertificateFilter;
import ndop.fhir.servlet.CorsHeaderFilter;
import ndop.fhir.servlet.CorsHeaders;
import ndop.fhir.servlet.FhirServlet;
import ndop.fhir.servlet.FilterOrder;
import ndop.fhir.servlet.HapiHeaderFilter;
import ndop.fhir.servlet.HeadRequestFilter;
import ndop.fhir.servlet.HealthProbeFilter;
import ndop.fhir.servlet.HealthProbes;
import ndop.fhir.servlet.HostScopeFilter;
import ndop.fhir.servlet.RequestBodyReceiver;
import ndop.fhir.servlet.RequestLimitFilter;
import ndop.fhir.servlet.ServerHeaderFilter;
import ndop.fhir.servlet.SpineErrorFilter;
import ndop.fhir.servlet.SpineErrorResponseFactory;
import ndop.fhir.store.Readiness;
import ndop.fhir.web.PublishedContentFilter;
import ndop.fhir.web.PublishedFiles;
import ndop.fhir.web.StartPage;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** The servlet filters, each for every path of the server, in the order of {@link FilterOrder}. */
@Configuration(proxyBeanMethods = false)
class FilterConfiguration {

  @Bean
  SpineErrorResponseFactory ndopSpineErrorResponseFactory(
      FhirContext fhir, SpineOutcomeFactory outcomes) {
    return new SpineErrorResponseFactory(fhir, outcomes);
  }

  @Bean
  FilterRegistrationBean<ServerHeaderFilter> ndopServerHeaderFilter() {
    return registration(new ServerHeaderFilter(), FilterOrder.SERVER_HEADER);
  }

  @Bean
  FilterRegistrationBean<CacheControlFilter> ndopCacheControlFilter() {
    return registration(new CacheControlFilter(), FilterOrder.CACHE_CONTROL);
  }

  @Bean
  FilterRegistrationBean<HealthProbeFilter> ndopHealthProbeFilter(
      Environment environment, Readiness readiness) {
    return registration(
        new HealthProbeFilter(HealthProbes.of(environment), readiness), FilterOrder.HEALTH_PROBE);
  }

  @Bean
  CorsHeaders ndopCorsHeaders(EditionPackage editionPackage, NdopProperties properties) {
    return new CorsHeaders(editionPackage.edition().cors() ? properties.corsOrigins() : List.of());
  }

  @Bean
  FilterRegistrationBean<CorsHeaderFilter> ndopCorsHeaderFilter(CorsHeaders headers) {
    FilterRegistrationBean<CorsHeaderFilter> registration =
        registration(new CorsHeaderFilter(headers), FilterOrder.CORS_HEADER);
    registration.setDispatcherTypes(DispatcherType.REQUEST, DispatcherType.ERROR);
    return registration;
  }

  @Bean
  FilterRegistrationBean<RequestLimitFilter> ndopRequestLimitFilter(
      NdopProperties properties, SpineErrorResponseFactory responses, Environment environment) {
    HostRequirements.requireThreads(
        environment.getProperty("server.tomcat.threads.max", Integer.class, Integer.MAX_VALUE),
        properties);
    BodySizePolicy sizes = properties.bodySizes();
    RequestLimitFilter filter =
        new RequestLimitFilter(
            new UrlPolicy(properties.maxUrl().toBytes(), properties.maxParameters()),
            sizes,
            properties.maxPerMinute() > 0
                ? Optional.of(new RateLimiter(properties.maxPerMinute(), System::nanoTime))
                : Optional.empty(),
            new FairShares(properties.maxArriving()),
            new FairShares(properties.maxAtOnce()),
            new RequestBodyReceiver(sizes, properties.minimumRate(), properties.maxTime()),
            properties.minimumRate(),
            responses);
    return registration(filter, FilterOrder.REQUEST_LIMIT);
  }

  @Bean
  @ConditionalOnProperty("ndop.clients")
  FilterRegistrationBean<ClientCertificateFilter> ndopClientCertificateFilter(
      NdopProperties properties, SpineErrorResponseFactory responses) {
    ClientCertificateAllowList allowed =
        new ClientCertificateAllowList(Path.of(properties.clients()));
    return registration(
        new ClientCertificateFilter(allowed, responses), FilterOrder.CLIENT_CERTIFICATE);
  }

  @Bean
  FilterRegistrationBean<PublishedContentFilter> ndopPublishedContentFilter(
      FhirContext fhir, EditionPackage editionPackage) {
    Edition edition = editionPackage.edition();
    PublishedFiles files = new PublishedFiles(fhir, editionPackage);
    return registration(
        new PublishedContentFilter(
            new StartPage(edition, files),
            files,
            context -> FhirServlet.onlyOneIn(context).map(FhirServlet::path).orElseThrow()),
        FilterOrder.PUBLISHED_CONTENT);
  }

  @Bean
  FilterRegistrationBean<HostScopeFilter> ndopHostScopeFilter(SpineErrorResponseFactory responses) {
    FilterRegistrationBean<HostScopeFilter> registration =
        registration(new HostScopeFilter(responses), FilterOrder.HOST_SCOPE);
    registration.setDispatcherTypes(
        DispatcherType.REQUEST, DispatcherType.FORWARD, DispatcherType.ASYNC);
    return registration;
  }

  @Bean
  FilterRegistrationBean<HapiHeaderFilter> ndopHapiHeaderFilter() {
    return registration(new HapiHeaderFilter(), FilterOrder.HAPI_HEADER);
  }

  @Bean
  FilterRegistrationBean<HeadRequestFilter> ndopHeadRequestFilter() {
    return registration(new HeadRequestFilter(), FilterOrder.HEAD_REQUEST);
  }

  @Bean
  FilterRegistrationBean<SpineErrorFilter> ndopSpineErrorFilter(
      SpineErrorResponseFactory responses) {
    FilterRegistrationBean<SpineErrorFilter> registration =
        registration(new SpineErrorFilter(responses), FilterOrder.SPINE_ERROR);
    registration.setDispatcherTypes(DispatcherType.ERROR);
    return registration;
  }

  private static <F extends Filter> FilterRegistrationBean<F> registration(F filter, int order) {
    FilterRegistrationBean<F> registration = new FilterRegistrationBean<>(filter);
    registration.setName(FilterOrder.NAME_PREFIX + filter.getClass().getSimpleName());
    registration.setOrder(order);
    return registration;
  }
}
