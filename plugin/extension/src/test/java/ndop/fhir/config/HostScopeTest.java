package ndop.fhir.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ca.uhn.fhir.context.FhirContext;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletRegistration;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import ndop.fhir.edition.EditionFixtures;
import ndop.fhir.edition.EditionPackage;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.store.Readiness;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.web.servlet.context.ServletWebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.servlet.HandlerMapping;
import org.springframework.web.servlet.handler.AbstractUrlHandlerMapping;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

/**
 * Nothing of the host answers but the API and the health probes (NDOP-211), whatever the host maps:
 * the addresses are taken from the running server's own tables. The stock host cannot be had here;
 * {@link StockHost} has stand-ins for what it serves.
 */
class HostScopeTest {

  private static final List<String> METHODS =
      List.of(
          "GET",
          "HEAD",
          "POST",
          "PUT",
          "DELETE",
          "PATCH",
          "OPTIONS",
          "TRACE",
          "PROPFIND",
          "UNHEARD");

  private static final List<String> METHODS_AND_CONNECT =
      Stream.concat(METHODS.stream(), Stream.of("CONNECT")).toList();

  /** Statuses of a refusal; those but 404 are the container's, for what is not well formed. */
  private static final Set<Integer> REFUSED = Set.of(400, 404, 405, 501);

  private static final List<String> PROBES =
      List.of("/actuator/health", "/actuator/health/liveness", "/actuator/health/readiness");

  private static final String[] HANDSHAKE = {
    "Connection: Upgrade",
    "Upgrade: WebSocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1Ng=="
  };

  /** Hosts that differ in where they have what. */
  enum Host {
    STOCK("/fhir", ""),
    WITH_OVERLAY("/fhir", "", "host.overlay=true"),
    ELSEWHERE("/stu3/api", "/somewhere"),
    WITH_ANOTHER_API("/fhir", "", "host.second=true"),
    UNGUARDED("/fhir", "");

    private final String fhir;
    private final String contextPath;
    private final String[] settings;

    Host(String fhir, String contextPath, String... settings) {
      this.fhir = fhir;
      this.contextPath = contextPath;
      this.settings = settings;
    }

    /** The host, which is started if it is not running. */
    ServletWebServerApplicationContext running() {
      return RUNNING.computeIfAbsent(this, Host::start);
    }

    private ServletWebServerApplicationContext start() {
      SpringApplicationBuilder application = new SpringApplicationBuilder(StockHost.class);
      if (this != UNGUARDED) {
        application.sources(Extension.class);
      }
      return (ServletWebServerApplicationContext)
          application
              .properties(
                  "server.port=0",
                  "server.address=127.0.0.1",
                  "host.fhir=" + fhir,
                  "server.servlet.context-path=" + contextPath,
                  "logging.level.root=warn",
                  "spring.main.banner-mode=off")
              .properties(settings)
              .run();
    }

    RawHttp.Response send(String method, String path, String... headers) throws IOException {
      return RawHttp.send(running().getWebServer().getPort(), method, contextPath + path, headers);
    }
  }

  private static final Map<Host, ServletWebServerApplicationContext> RUNNING = new HashMap<>();

  /** The filters of the extension, and Tomcat's configuration, over the packages of the build. */
  @Configuration(proxyBeanMethods = false)
  @Import({FilterConfiguration.class, TomcatConfiguration.class})
  @EnableConfigurationProperties(NdopProperties.class)
  static class Extension {

    @Bean
    FhirContext fhirContext() {
      return EditionFixtures.FHIR;
    }

    @Bean
    EditionPackage editionPackage() {
      return EditionFixtures.PACKAGE;
    }

    @Bean
    SpineOutcomeFactory outcomes() {
      return new SpineOutcomeFactory(EditionFixtures.FACTS);
    }

    @Bean
    Readiness readiness() {
      Readiness readiness = new Readiness();
      readiness.start();
      return readiness;
    }
  }

  @AfterAll
  static void stop() {
    RUNNING.values().forEach(ServletWebServerApplicationContext::close);
    RUNNING.clear();
  }

  /** Otherwise the tests below could not fail. */
  @Test
  void everythingAnswersWithoutTheExtension() throws IOException {
    for (String address : addresses(Host.UNGUARDED)) {
      assertThat(Host.UNGUARDED.send("GET", address).body())
          .as(address)
          .containsAnyOf(StockHost.MARKER, "\"status\"", "Can \"Upgrade\" only");
    }
    assertThat(Host.UNGUARDED.send("GET", StockHost.WEB_SOCKET, HANDSHAKE).status()).isEqualTo(101);
    assertThat(
            Host.UNGUARDED
                .send("GET", "/fhir" + StockHost.WEB_SOCKET_BELOW_THE_API, HANDSHAKE)
                .status())
        .isEqualTo(101);
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"WITH_ANOTHER_API", "UNGUARDED"})
  void noAddressOfTheHostAnswersAnyMethod(Host host) throws IOException {
    Set<String> addresses = addresses(host);
    assertThat(addresses).hasSizeGreaterThan(30).contains("/error", "/page", "/mcp/messages");
    for (String address : addresses) {
      for (String method : METHODS) {
        if (!PROBES.contains(address) || !Set.of("GET", "HEAD").contains(method)) {
          assertRefused(host, method, address);
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"WITH_ANOTHER_API", "UNGUARDED"})
  void noSpellingOfAPathLeadsToTheHost(Host host) throws IOException {
    for (String address : addresses(host)) {
      for (String spelling : spellings(host, address)) {
        assertRefused(host, "GET", spelling);
      }
    }
  }

  /** Tomcat answers some of them itself, before any filter. */
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"WITH_ANOTHER_API", "UNGUARDED"})
  void noOtherFormOfATargetIsAnswered(Host host) throws IOException {
    int port = host.running().getWebServer().getPort();
    String page = host.contextPath + "/page";
    for (String target :
        List.of(
            "*",
            "/*",
            "localhost:443",
            "http://localhost/*",
            "http://localhost",
            "http://localhost" + page,
            "http://localhost" + host.contextPath + host.fhir + "/.." + page,
            "//localhost" + page,
            "page")) {
      for (String method : METHODS_AND_CONNECT) {
        RawHttp.Response response = RawHttp.send(port, method, target);
        String request = host + ": " + method + " " + target;
        if (!isStartPage(host, method, target)) {
          assertThat(response.status()).as(request).isIn(REFUSED);
        }
        assertThat(response.head() + response.body())
            .as(request)
            .doesNotContain(StockHost.MARKER, "Allow:");
      }
    }
    assertThat(RawHttp.send(port, "OPTIONS", "*").status()).isEqualTo(404);
    assertThat(RawHttp.send(port, "OPTIONS", "*").body()).contains("OperationOutcome");
  }

  private static boolean isStartPage(Host host, String method, String target) {
    return host.contextPath.isEmpty()
        && target.equals("http://localhost")
        && Set.of("GET", "HEAD").contains(method);
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"WITH_ANOTHER_API", "UNGUARDED"})
  void noWebSocketIsOpened(Host host) throws IOException {
    for (String path :
        List.of(
            StockHost.WEB_SOCKET,
            host.fhir + StockHost.WEB_SOCKET_BELOW_THE_API,
            host.fhir + "/.." + StockHost.WEB_SOCKET)) {
      List<String> headers = new ArrayList<>(List.of(HANDSHAKE));
      headers.add("Content-Length: 0");
      RawHttp.Response response = host.send("GET", path, closing(headers));
      assertThat(response.status()).as(path).isEqualTo(404);
    }
  }

  /** What the host hangs into HAPI's servlet is refused there. */
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"WITH_ANOTHER_API", "UNGUARDED"})
  void nothingElseAnswersBelowTheApi(Host host) throws IOException {
    for (String path :
        List.of(
            "/swagger-ui",
            "/swagger-ui/",
            "/api-docs",
            "/$mcp",
            "/special",
            "/special/any",
            "/exact",
            "/rewritten",
            "/DEFAULT/page",
            "/DEFAULT/$mcp",
            "/page",
            "/Consent/1.do")) {
      for (String method : List.of("GET", "POST", "PUT", "DELETE")) {
        RawHttp.Response response = host.send(method, host.fhir + path);
        assertThat(response.head() + response.body()).as(path).doesNotContain(StockHost.MARKER);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"WITH_ANOTHER_API", "UNGUARDED"})
  void theApiThePublishedPagesAndTheProbesAnswer(Host host) throws IOException {
    for (String path : List.of(host.fhir + "/metadata", host.fhir + "/Consent/1")) {
      assertThat(host.send("GET", path).status()).as(path).isEqualTo(200);
    }
    RawHttp.Response openApi = host.send("GET", "/openapi.json");
    assertThat(openApi.status()).isEqualTo(200);
    RawHttp.Response page =
        host.send("GET", "/", "Accept: text/html", "Connection: close", "Content-Length: 0");
    assertThat(page.body()).contains(host.contextPath + host.fhir + "/Consent");
    for (String probe : PROBES) {
      assertThat(host.send("GET", probe).status()).as(probe).isEqualTo(200);
      assertThat(host.send("HEAD", probe).status()).as(probe).isEqualTo(200);
    }
  }

  /** HttpServlet answers 501 by an error dispatch, which must not be refused. */
  @ParameterizedTest
  @EnumSource(
      mode = EnumSource.Mode.EXCLUDE,
      names = {"WITH_ANOTHER_API", "UNGUARDED"})
  void errorsAreStillDispatched(Host host) throws IOException {
    RawHttp.Response response = host.send("UNHEARD", host.fhir + "/Consent");
    assertThat(response.status()).isEqualTo(501);
    assertThat(response.body()).contains("OperationOutcome").contains("NOT_IMPLEMENTED");
  }

  /** The rules of the extension are those of one servlet, so a second would be open. */
  @Test
  void aHostWithAnotherApiDoesNotStartAndIsClosed() throws IOException {
    ServletContext another = Host.WITH_ANOTHER_API.running().getServletContext();
    assertThatThrownBy(() -> HostRequirements.requireOneFhirServlet(another))
        .isInstanceOf(StartupFailureException.class)
        .hasMessageContaining("fhir [/fhir/*]")
        .hasMessageContaining("second [/second/*]");
    assertRefused(Host.WITH_ANOTHER_API, "GET", "/second/Consent/1");
    assertRefused(Host.WITH_ANOTHER_API, "GET", "/fhir/Consent/1");
    HostRequirements.requireOneFhirServlet(Host.ELSEWHERE.running().getServletContext());
  }

  private static void assertRefused(Host host, String method, String path) throws IOException {
    RawHttp.Response response = host.send(method, path);
    String request = host + ": " + method + " " + path;
    assertThat(response.status()).as(request).isIn(REFUSED);
    assertThat(response.head() + response.body())
        .as(request)
        .doesNotContainIgnoringCase(StockHost.MARKER)
        .doesNotContainIgnoringCase("hapi")
        .doesNotContainIgnoringCase("spring")
        .doesNotContainIgnoringCase("tomcat")
        .doesNotContain("Whitelabel", "timestamp");
    if (!method.equals("HEAD")) {
      assertThat(response.body()).as(request).contains("OperationOutcome");
    }
  }

  private static String[] closing(List<String> headers) {
    return headers.stream()
        .map(header -> header.replace("Connection: Upgrade", "Connection: Upgrade, close"))
        .toArray(String[]::new);
  }

  /** Every address that a host maps beside the API: servlets, filters, and Spring's handlers. */
  private static Set<String> addresses(Host host) {
    Set<String> patterns = new TreeSet<>();
    ServletContext context = host.running().getServletContext();
    for (ServletRegistration servlet : context.getServletRegistrations().values()) {
      if (!servlet.getName().equals("fhir")) {
        patterns.addAll(servlet.getMappings());
      }
    }
    context.getFilterRegistrations().values().stream()
        .flatMap(filter -> filter.getUrlPatternMappings().stream())
        .filter(pattern -> !pattern.equals("/*"))
        .forEach(patterns::add);
    for (HandlerMapping mapping : host.running().getBeansOfType(HandlerMapping.class).values()) {
      if (mapping instanceof RequestMappingInfoHandlerMapping methods) {
        methods
            .getHandlerMethods()
            .keySet()
            .forEach(one -> patterns.addAll(one.getPatternValues()));
      } else if (mapping instanceof AbstractUrlHandlerMapping urls) {
        patterns.addAll(urls.getHandlerMap().keySet());
      }
    }
    patterns.addAll(List.of("/index.html", "/stand-in.js"));
    Set<String> addresses = new TreeSet<>();
    patterns.forEach(pattern -> addresses.addAll(addressesOf(pattern)));
    return addresses;
  }

  private static List<String> addressesOf(String pattern) {
    if (pattern.startsWith("*.")) {
      return List.of(pattern.replace("*", "/any"));
    }
    String path = pattern.replaceAll("\\{[^}]*\\}", "any");
    if (path.endsWith("/*") || path.endsWith("/**")) {
      String above = path.substring(0, path.lastIndexOf('/'));
      return above.isEmpty() ? List.of("/any") : List.of(above, above + "/", above + "/any");
    }
    return List.of(path);
  }

  private static List<String> spellings(Host host, String address) {
    String rest = address.substring(1);
    String first = rest.isEmpty() ? "" : "%%%02x".formatted((int) rest.charAt(0));
    String encoded = "/" + first + rest.substring(Math.min(1, rest.length()));
    return List.of(
        "/" + address,
        address + ";a=b",
        "/;a=b" + address,
        "/." + address,
        encoded + "?a=/fhir/Consent",
        host.fhir + "/.." + "/..".repeat(host.fhir.split("/").length - 2) + address,
        host.fhir + "/../.." + address,
        host.fhir + "/%2e%2e/%2E%2e" + address,
        host.fhir + "/..;/..;" + address,
        host.fhir + ";a=b/.." + address,
        host.fhir + ";a=b/../../" + rest,
        host.fhir + "/Consent/../../.." + address,
        host.fhir + "/Consent/..;a/..;b/..;c" + address,
        host.fhir + "/..%2f.." + address,
        host.fhir + "/..%5c.." + address,
        host.fhir + "/%252e%252e" + address,
        host.fhir + "/..\\" + address,
        host.fhir + "//../.." + address,
        "/any/../" + rest,
        "/../" + rest);
  }
}
