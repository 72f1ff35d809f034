package ndop.fhir.server;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Import;

/**
 * A plain FHIR STU3 server: HAPI's JPA server over one database, and nothing else.
 *
 * <p>It has no National Data Opt-out rules. The ndop-fhir extension, a jar on {@code loader.path}
 * with an auto-configuration, turns it into a server for that API.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
@Import({StorageConfiguration.class, RestConfiguration.class, PackageConfiguration.class})
public class FhirServer {

  /**
   * Starts the server; settings are Spring Boot's ({@code server.port}, {@code
   * spring.datasource.url}).
   */
  public static void main(String[] arguments) {
    SpringApplication.run(FhirServer.class, arguments);
  }
}
