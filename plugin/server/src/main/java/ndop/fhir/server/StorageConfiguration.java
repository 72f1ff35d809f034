package ndop.fhir.server;

import ca.uhn.fhir.batch2.jobs.config.Batch2JobsConfig;
import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings;
import ca.uhn.fhir.jpa.api.config.ThreadPoolFactoryConfig;
import ca.uhn.fhir.jpa.batch2.JpaBatch2Config;
import ca.uhn.fhir.jpa.binary.api.IBinaryStorageSvc;
import ca.uhn.fhir.jpa.binstore.DatabaseBinaryContentStorageSvcImpl;
import ca.uhn.fhir.jpa.config.HapiJpaConfig;
import ca.uhn.fhir.jpa.config.dstu3.JpaDstu3Config;
import ca.uhn.fhir.jpa.config.util.HapiEntityManagerFactoryUtil;
import ca.uhn.fhir.jpa.model.config.PartitionSettings;
import ca.uhn.fhir.jpa.model.config.SubscriptionSettings;
import ca.uhn.fhir.jpa.model.dialect.HapiFhirH2Dialect;
import ca.uhn.fhir.jpa.model.dialect.HapiFhirPostgresDialect;
import ca.uhn.fhir.jpa.subscription.channel.config.SubscriptionChannelConfig;
import ca.uhn.fhir.jpa.subscription.submit.config.SubscriptionSubmitterConfig;
import jakarta.persistence.EntityManagerFactory;
import java.util.Properties;
import javax.sql.DataSource;
import org.hibernate.cfg.AvailableSettings;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.Environment;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.orm.jpa.LocalContainerEntityManagerFactoryBean;
import org.springframework.transaction.annotation.EnableTransactionManagement;

/** Storage: HAPI's JPA beans over Spring Boot's data source. */
@Configuration(proxyBeanMethods = false)
@EnableTransactionManagement
@Import({
  JpaDstu3Config.class,
  HapiJpaConfig.class,
  JpaBatch2Config.class,
  Batch2JobsConfig.class,
  SubscriptionChannelConfig.class,
  SubscriptionSubmitterConfig.class,
  ThreadPoolFactoryConfig.class
})
class StorageConfiguration {

  /**
   * HAPI's defaults, but a Consent refers to a patient of another server. The stock server allows
   * that by the same setting, and does not unless it is set.
   */
  @Bean
  JpaStorageSettings storageSettings(
      @Value("${hapi.fhir.allow_external_references:true}") boolean allowExternalReferences) {
    JpaStorageSettings settings = new JpaStorageSettings();
    settings.setAllowExternalReferences(allowExternalReferences);
    return settings;
  }

  @Bean
  PartitionSettings partitionSettings() {
    return new PartitionSettings();
  }

  @Bean
  SubscriptionSettings subscriptionSettings() {
    return new SubscriptionSettings();
  }

  @Bean
  IBinaryStorageSvc binaryStorage() {
    return new DatabaseBinaryContentStorageSvcImpl();
  }

  /**
   * Hibernate's properties are those under {@code spring.jpa.properties}, as in the stock server.
   */
  @Bean
  @Primary
  LocalContainerEntityManagerFactoryBean entityManagerFactory(
      DataSource dataSource,
      ConfigurableListableBeanFactory beans,
      FhirContext fhir,
      JpaStorageSettings settings,
      Environment environment) {
    LocalContainerEntityManagerFactoryBean factory =
        HapiEntityManagerFactoryUtil.newEntityManagerFactory(beans, fhir, settings);
    factory.setPersistenceUnitName("HAPI_PU");
    factory.setDataSource(dataSource);
    Properties properties =
        Binder.get(environment)
            .bind("spring.jpa.properties", Bindable.of(Properties.class))
            .orElseGet(Properties::new);
    properties.putIfAbsent(AvailableSettings.DIALECT, dialect(environment));
    factory.setJpaProperties(properties);
    return factory;
  }

  /** HAPI has a dialect of its own for each database. */
  private static String dialect(Environment environment) {
    boolean postgresql =
        environment.getRequiredProperty("spring.datasource.url").startsWith("jdbc:postgresql:");
    return postgresql ? HapiFhirPostgresDialect.class.getName() : HapiFhirH2Dialect.class.getName();
  }

  @Bean
  @Primary
  JpaTransactionManager transactionManager(EntityManagerFactory factory) {
    return new JpaTransactionManager(factory);
  }
}
