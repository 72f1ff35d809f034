package ndop.fhir.config;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.rest.server.RestfulServer;
import ndop.fhir.edition.Edition;
import ndop.fhir.edition.EditionPackage;
import ndop.fhir.outcome.SpineOutcomeFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;

/**
 * The beans of the extension. Spring Boot finds them in any HAPI JPA server that has the jar on its
 * class path. Every bean's name starts with {@code ndop} or is its class name, so that none
 * replaces a bean of the host.
 *
 * @see ServerStartup what is done with them, and in which order
 */
@AutoConfiguration
@ConditionalOnClass(RestfulServer.class)
@EnableConfigurationProperties(NdopProperties.class)
@Import({
  PolicyConfiguration.class,
  StoreConfiguration.class,
  FilterConfiguration.class,
  TomcatConfiguration.class,
  AuditInterceptorFactory.class,
  StorageCustomizer.class,
  SearchParameterInstaller.class,
  ProviderRegistry.class,
  InterceptorRegistry.class,
  RestfulServerCustomizer.class,
  ServerStartup.class
})
public class NdopAutoConfiguration {

  @Bean
  EditionPackage ndopEditionPackage(FhirContext fhir, NdopProperties properties) {
    HostRequirements.requireHapi();
    HostRequirements.requireStu3(fhir);
    EditionPackage edition = EditionPackageLoader.load(fhir, properties);
    HostRequirements.requireAnswers(edition.edition());
    return properties.conformanceResources() ? edition : edition.withoutConformance();
  }

  @Bean
  Edition ndopEdition(EditionPackage editionPackage) {
    return editionPackage.edition();
  }

  @Bean
  SpineOutcomeFactory ndopSpineOutcomeFactory(Edition edition) {
    return new SpineOutcomeFactory(edition);
  }
}
