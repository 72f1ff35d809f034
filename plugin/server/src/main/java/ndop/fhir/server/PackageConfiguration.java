package ndop.fhir.server;

import ca.uhn.fhir.batch2.coordinator.JobDefinitionRegistry;
import ca.uhn.fhir.batch2.model.JobDefinition;
import ca.uhn.fhir.jpa.packages.IPackageInstallerSvc;
import ca.uhn.fhir.jpa.packages.PackageInstallationSpec;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/**
 * FHIR packages that are installed before the first request, named as in HAPI's stock server:
 * {@code hapi.fhir.implementationguides.KEY.name}, {@code .version} and {@code .packageUrl}.
 */
@Configuration(proxyBeanMethods = false)
class PackageConfiguration {

  private static final String PREFIX = "hapi.fhir.implementationguides";

  @Bean
  SmartInitializingSingleton packageInstallation(
      IPackageInstallerSvc installer,
      JobDefinitionRegistry jobs,
      ObjectProvider<JobDefinition<?>> definitions,
      Environment environment) {
    Map<String, PackageInstallationSpec> packages =
        Binder.get(environment)
            .bind(PREFIX, Bindable.mapOf(String.class, PackageInstallationSpec.class))
            .orElseGet(Map::of);
    return () -> {
      // A SearchParameter that is stored queues a reindex job, so HAPI must know its jobs by then.
      definitions.forEach(jobs::addJobDefinitionIfNotRegistered);
      packages.values().forEach(installer::install);
    };
  }
}
