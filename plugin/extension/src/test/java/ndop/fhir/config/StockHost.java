package ndop.fhir.config;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.Interceptor;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.annotation.IdParam;
import ca.uhn.fhir.rest.annotation.Operation;
import ca.uhn.fhir.rest.annotation.Read;
import ca.uhn.fhir.rest.server.IResourceProvider;
import ca.uhn.fhir.rest.server.RestfulServer;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.websocket.Endpoint;
import jakarta.websocket.EndpointConfig;
import jakarta.websocket.Session;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.Callable;
import ndop.fhir.edition.EditionFixtures;
import ndop.fhir.interceptor.RequestScopeInterceptor;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.InteractionPolicy;
import ndop.fhir.policy.ParameterPolicy;
import org.hl7.fhir.dstu3.model.Consent;
import org.hl7.fhir.dstu3.model.IdType;
import org.hl7.fhir.dstu3.model.Parameters;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.autoconfigure.http.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.DispatcherServletAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.ServletWebServerFactoryAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.WebMvcAutoConfiguration;
import org.springframework.boot.autoconfigure.web.servlet.error.ErrorMvcAutoConfiguration;
import org.springframework.boot.autoconfigure.websocket.servlet.WebSocketServletAutoConfiguration;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.boot.web.servlet.ServletContextInitializer;
import org.springframework.boot.web.servlet.ServletRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.socket.config.annotation.EnableWebSocket;
import org.springframework.web.socket.config.annotation.WebSocketConfigurer;
import org.springframework.web.socket.config.annotation.WebSocketHandlerRegistry;
import org.springframework.web.socket.handler.TextWebSocketHandler;
import org.springframework.web.socket.server.standard.ServerEndpointExporter;
import org.springframework.web.socket.server.standard.ServerEndpointRegistration;

/**
 * A host with stand-ins for what HAPI's JPA starter serves beside the FHIR API. The starter itself
 * is an image and no library, so it cannot be had in a test; what it maps was read in its sources.
 * Spring, its error page, Tomcat, both kinds of web sockets and HAPI's servlet are real. Every
 * stand-in answers any method with {@link #MARKER}.
 */
@Configuration(proxyBeanMethods = false)
@ImportAutoConfiguration({
  PropertyPlaceholderAutoConfiguration.class,
  ServletWebServerFactoryAutoConfiguration.class,
  DispatcherServletAutoConfiguration.class,
  WebMvcAutoConfiguration.class,
  ErrorMvcAutoConfiguration.class,
  HttpMessageConvertersAutoConfiguration.class,
  WebSocketServletAutoConfiguration.class
})
@EnableWebSocket
class StockHost implements WebSocketConfigurer {

  static final String MARKER = "stand-in";
  static final String WEB_SOCKET = "/websocket";
  static final String WEB_SOCKET_BELOW_THE_API = "/subscriptions";

  private static ResponseEntity<String> answer() {
    return ResponseEntity.ok().header("X-Stand-In", MARKER).body(MARKER);
  }

  private static void answer(HttpServletResponse response) throws IOException {
    response.setHeader("X-Stand-In", MARKER);
    response.getWriter().write(MARKER);
  }

  /** The test page, job control, descriptions of the server, and the actuator's endpoints. */
  @Controller
  static class StandInController {

    @RequestMapping({
      "/home",
      "/about",
      "/page",
      "/search",
      "/resource",
      "/transaction",
      "/hfql/{statement}",
      "/control/jobs",
      "/control/jobs/{id}",
      "/v3/api-docs",
      "/v3/api-docs/{group}",
      "/swagger-ui/**",
      "/actuator",
      "/actuator/env",
      "/actuator/health",
      "/actuator/health/{path}",
      "/actuator/health/liveness",
      "/actuator/health/readiness",
      "/actuator/prometheus"
    })
    ResponseEntity<String> answerAnything() {
      return answer();
    }

    @RequestMapping("/later")
    Callable<ResponseEntity<String>> answerLater() {
      return StockHost::answer;
    }

    @RequestMapping("/elsewhere")
    String forward() {
      return "forward:/page";
    }
  }

  private static final class StandInServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      answer(response);
    }
  }

  /** Clinical decision support, messages for language models, and some below the API. */
  @Bean
  ServletRegistrationBean<StandInServlet> otherServlets(@Value("${host.fhir}") String fhir) {
    return servlet(
        "others",
        "/cds-services/*",
        "/mcp/messages",
        "/sse",
        "*.do",
        fhir + "/special/*",
        fhir + "/exact");
  }

  /** The test page has a servlet of its own in the starter, which is mapped to everything. */
  @Bean
  @ConditionalOnProperty("host.overlay")
  ServletRegistrationBean<StandInServlet> overlay() {
    return servlet("overlay", "/*");
  }

  private static ServletRegistrationBean<StandInServlet> servlet(String name, String... mappings) {
    ServletRegistrationBean<StandInServlet> registration =
        new ServletRegistrationBean<>(new StandInServlet(), mappings);
    registration.setName(name);
    return registration;
  }

  /** A filter that answers requests whose path, as sent, ends with its own. */
  private static final class StandInFilter extends HttpFilter {

    private static final long serialVersionUID = 1L;
    private final String ending;

    private StandInFilter(String ending) {
      this.ending = ending;
    }

    @Override
    protected void doFilter(
        HttpServletRequest request, HttpServletResponse response, FilterChain chain)
        throws IOException, ServletException {
      if (request.getRequestURI().endsWith(ending)) {
        answer(response);
      } else {
        chain.doFilter(request, response);
      }
    }
  }

  /** In front of everything, as filters for CORS usually are. */
  @Bean
  FilterRegistrationBean<Filter> firstFilter() {
    FilterRegistrationBean<Filter> registration =
        new FilterRegistrationBean<>(new StandInFilter("/first-filter"));
    registration.addUrlPatterns("/first-filter", "/first-filter/*");
    registration.setOrder(Ordered.HIGHEST_PRECEDENCE);
    return registration;
  }

  @Bean
  @Order(Ordered.HIGHEST_PRECEDENCE)
  ServletContextInitializer earliestFilter() {
    return context ->
        context
            .addFilter("earliest", new StandInFilter("/earliest-filter"))
            .addMappingForUrlPatterns(
                EnumSet.of(DispatcherType.REQUEST), false, "/earliest-filter");
  }

  /** A filter that leads from below the API to something else. */
  @Bean
  FilterRegistrationBean<Filter> rewritingFilter(@Value("${host.fhir}") String fhir) {
    FilterRegistrationBean<Filter> registration =
        new FilterRegistrationBean<>(
            (request, response, chain) ->
                request.getRequestDispatcher("/page").forward(request, response));
    registration.setName("rewriting");
    registration.addUrlPatterns(fhir + "/rewritten");
    return registration;
  }

  @Override
  public void registerWebSocketHandlers(WebSocketHandlerRegistry registry) {
    registry.addHandler(new TextWebSocketHandler(), WEB_SOCKET);
  }

  /** Tomcat's own way, which is a filter. */
  public static final class StandInEndpoint extends Endpoint {

    @Override
    public void onOpen(Session session, EndpointConfig configuration) {}
  }

  @Bean
  ServerEndpointRegistration endpointBelowTheApi(@Value("${host.fhir}") String fhir) {
    return new ServerEndpointRegistration(fhir + WEB_SOCKET_BELOW_THE_API, StandInEndpoint.class);
  }

  @Bean
  ServerEndpointExporter endpointExporter() {
    return new ServerEndpointExporter();
  }

  /** HAPI's servlet, with what a host can hang into it; the inner ring refuses that. */
  @Bean
  ServletRegistrationBean<RestfulServer> fhirServlet(@Value("${host.fhir}") String fhir) {
    RestfulServer server = new RestfulServer(EditionFixtures.FHIR);
    server.registerProviders(new ConsentProvider(), new OperationProvider());
    server.registerInterceptor(new DescribingInterceptor());
    server.registerInterceptor(
        new RequestScopeInterceptor(
            new InteractionPolicy(EditionFixtures.FACTS),
            new ParameterPolicy(EditionFixtures.FACTS),
            new SpineOutcomeFactory(EditionFixtures.FACTS)));
    ServletRegistrationBean<RestfulServer> registration =
        new ServletRegistrationBean<>(server, fhir + "/*");
    registration.setName("fhir");
    registration.setLoadOnStartup(1);
    return registration;
  }

  /** Another version of FHIR, say, which the extension would not guard. */
  @Bean
  @ConditionalOnProperty("host.second")
  ServletRegistrationBean<RestfulServer> secondFhirServlet() {
    RestfulServer server = new RestfulServer(EditionFixtures.FHIR);
    server.registerProvider(new ConsentProvider());
    ServletRegistrationBean<RestfulServer> registration =
        new ServletRegistrationBean<>(server, "/second/*");
    registration.setName("second");
    return registration;
  }

  /** One Consent. */
  public static final class ConsentProvider implements IResourceProvider {

    @Override
    public Class<? extends IBaseResource> getResourceType() {
      return Consent.class;
    }

    @Read
    public Consent read(@IdParam IdType id) {
      Consent consent = new Consent();
      consent.setId(id);
      return consent;
    }
  }

  /** An operation of the server. */
  public static final class OperationProvider {

    @Operation(name = "$mcp", idempotent = true)
    public Parameters answer() {
      Parameters parameters = new Parameters();
      parameters.setId(MARKER);
      return parameters;
    }
  }

  /** As HAPI's interceptor for OpenAPI answers below the API. */
  @Interceptor
  public static final class DescribingInterceptor {

    private static final List<String> PATHS = List.of("swagger-ui", "swagger-ui/", "api-docs");

    @Hook(Pointcut.SERVER_INCOMING_REQUEST_PRE_HANDLER_SELECTED)
    public boolean describe(ServletRequestDetails request) throws IOException {
      if (PATHS.contains(request.getRequestPath())) {
        answer(request.getServletResponse());
        return false;
      }
      return true;
    }
  }
}
