package ndop.fhir;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HealthCheckTest {

  @ParameterizedTest
  @CsvSource({"200, true", "400, false", "404, false", "503, false"})
  void onlyAProbeThatSaysSoIsHealthy(int status, boolean healthy) throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(status, -1);
          }
        });
    server.start();
    try {
      assertThat(HealthCheck.answers(address(server.getAddress().getPort()))).isEqualTo(healthy);
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aServerThatIsNotThereIsNot() throws Exception {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    int port = server.getAddress().getPort();
    server.stop(0);
    assertThat(HealthCheck.answers(address(port))).isFalse();
  }

  private static URI address(int port) {
    return URI.create("http://127.0.0.1:" + port + "/actuator/health/readiness");
  }
}
