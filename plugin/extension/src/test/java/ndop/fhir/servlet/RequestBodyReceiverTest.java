package ndop.fhir.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import ndop.fhir.policy.BodySizePolicy;
import ndop.fhir.policy.MinimumRate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.web.embedded.tomcat.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.Http2;
import org.springframework.boot.web.server.WebServer;

/** The bodies that arrive by either version of HTTP, as {@code server.http2.enabled} allows. */
class RequestBodyReceiverTest {

  private static final byte[] BODY = "{\"id\":\"é\"}".getBytes(StandardCharsets.UTF_8);

  /** Answers with the protocol and the body that it received. */
  private static final class EchoServlet extends HttpServlet {

    private static final long serialVersionUID = 1L;
    private final transient RequestBodyReceiver bodies =
        new RequestBodyReceiver(
            new BodySizePolicy(100), new MinimumRate(0, Duration.ZERO), Duration.ofSeconds(30));

    @Override
    protected void service(HttpServletRequest request, HttpServletResponse response)
        throws IOException {
      response.setHeader("X-Length", request.getHeader("Content-Length"));
      ReceivedBody body = bodies.receive(request);
      response.setStatus(body.refusal().isPresent() ? 413 : 200);
      response.getOutputStream().write(body.bytes());
    }
  }

  private static WebServer server;

  @BeforeAll
  static void start() {
    TomcatServletWebServerFactory factory = new TomcatServletWebServerFactory(0);
    Http2 http2 = new Http2();
    http2.setEnabled(true);
    factory.setHttp2(http2);
    server =
        factory.getWebServer(
            context -> context.addServlet("echo", new EchoServlet()).addMapping("/*"));
    server.start();
  }

  @AfterAll
  static void stop() {
    server.stop();
  }

  private static HttpResponse<byte[]> send(HttpClient client, String method, BodyPublisher body)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:%d/".formatted(server.getPort())))
            .method(method, body)
            .timeout(Duration.ofSeconds(30))
            .build(),
        BodyHandlers.ofByteArray());
  }

  /** A client that has agreed with the server on the version. */
  private static HttpClient client(Version version) throws IOException, InterruptedException {
    HttpClient client = HttpClient.newBuilder().version(version).build();
    assertThat(send(client, "GET", BodyPublishers.noBody()).version()).isEqualTo(version);
    return client;
  }

  private static BodyPublisher ofUnknownLength(byte[] body) {
    return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void receivesABody(Version version) throws IOException, InterruptedException {
    HttpClient client = client(version);
    HttpResponse<byte[]> known = send(client, "POST", BodyPublishers.ofByteArray(BODY));
    HttpResponse<byte[]> unknown = send(client, "POST", ofUnknownLength(BODY));

    assertThat(known.body()).isEqualTo(BODY);
    assertThat(unknown.version()).isEqualTo(version);
    assertThat(unknown.headers().firstValue("X-Length")).isEmpty();
    assertThat(unknown.body()).isEqualTo(BODY);
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void receivesNothingWhereThereIsNone(Version version) throws IOException, InterruptedException {
    HttpResponse<byte[]> response = send(client(version), "GET", BodyPublishers.noBody());
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.body()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Version.class)
  void refusesOneOfUnknownLengthThatIsTooLarge(Version version)
      throws IOException, InterruptedException {
    HttpResponse<byte[]> response = send(client(version), "POST", ofUnknownLength(new byte[200]));
    assertThat(response.statusCode()).isEqualTo(413);
  }
}
