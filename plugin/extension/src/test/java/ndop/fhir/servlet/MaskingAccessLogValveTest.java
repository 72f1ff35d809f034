package ndop.fhir.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.apache.catalina.valves.AccessLogValve;
import org.apache.catalina.valves.ExtendedAccessLogValve;
import org.apache.catalina.valves.JsonAccessLogValve;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.embedded.tomcat.TomcatWebServer;
import org.springframework.boot.web.server.WebServer;

class MaskingAccessLogValveTest {

  /** As Spring Boot sets it up for {@code server.tomcat.accesslog.enabled=true}. */
  @Test
  void theAccessLogOfTheOperatorIsMasked(@TempDir Path folder)
      throws IOException, InterruptedException {
    AccessLogValve operators = new AccessLogValve();
    operators.setDirectory(folder.toString());
    operators.setPattern("%m \"%r\" %s %{Authorization}i");
    operators.setBuffered(false);
    TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory(0);
    factory.addEngineValves(operators);
    new TomcatCustomizer(
            () -> {
              throw new IllegalStateException("no error is reported here");
            },
            () -> new CorsHeaders(List.of()),
            Duration.ofSeconds(5))
        .customize(factory);
    WebServer server = factory.getWebServer();
    server.start();
    try {
      URI uri = URI.create("http://127.0.0.1:%d/a?patient=9990000018".formatted(server.getPort()));
      HttpRequest request =
          HttpRequest.newBuilder(uri).header("Authorization", "Bearer eyJhbGciOiJ9.e30.").build();
      HttpClient.newHttpClient().send(request, BodyHandlers.ofString());
    } finally {
      server.stop();
    }

    Path log;
    try (var files = Files.list(folder)) {
      log = files.findFirst().orElseThrow();
    }
    assertThat(Files.readString(log))
        .startsWith("GET \"GET /a?patient=… HTTP/1.1\"")
        .endsWith("…\n");
  }

  /** Others write in forms of their own; a server with one does not start. */
  @Test
  void everyOtherAccessLogIsFound() {
    TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory(0);
    factory.addEngineValves(new AccessLogValve(), new JsonAccessLogValve());
    factory.addContextValves(new AccessLogValve(), new ExtendedAccessLogValve());
    new TomcatCustomizer(() -> null, () -> null, Duration.ofSeconds(5)).customize(factory);
    TomcatWebServer server = (TomcatWebServer) factory.getWebServer();
    try {
      assertThat(TomcatCustomizer.unmaskedAccessLogs(server.getTomcat()))
          .containsExactlyInAnyOrder(
              JsonAccessLogValve.class.getName(), ExtendedAccessLogValve.class.getName());
    } finally {
      server.stop();
    }
  }
}
