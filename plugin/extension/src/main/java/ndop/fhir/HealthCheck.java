package ndop.fhir;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/**
 * Checks that a server answers, for container images that have Java and no shell: {@code java -cp
 * ndop-fhir-extension.jar ndop.fhir.HealthCheck http://127.0.0.1:8080/actuator/health/readiness}.
 */
public final class HealthCheck {

  /** A health probe asks for no token. */
  private static final int HEALTHY = 200;

  /** Exits with 0 if the URL in the first argument answers 200, otherwise with 1. */
  public static void main(String[] arguments) throws InterruptedException {
    System.exit(answers(URI.create(arguments[0])) ? 0 : 1);
  }

  private HealthCheck() {}

  static boolean answers(URI address) throws InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(address).timeout(Duration.ofSeconds(5)).GET().build();
    try {
      return HttpClient.newHttpClient().send(request, BodyHandlers.discarding()).statusCode()
          == HEALTHY;
    } catch (IOException unreachable) {
      return false;
    }
  }
}
