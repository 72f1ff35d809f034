package ndop.fhir.config;

import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import ndop.fhir.interceptor.DurabilityInterceptor;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.store.Database;
import ndop.fhir.store.FreeSpace;
import ndop.fhir.store.Readiness;
import ndop.fhir.store.StoreMonitor;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;

/** What watches over the host's database, and over the space on the disks that are written to. */
@Configuration(proxyBeanMethods = false)
class StoreConfiguration {

  @Bean
  Database ndopDatabase(DataSource source, Environment environment, NdopProperties properties) {
    HikariDataSource pool = DataSourceUnwrapper.unwrap(source, HikariDataSource.class);
    String url =
        pool != null && pool.getJdbcUrl() != null
            ? pool.getJdbcUrl()
            : environment.getProperty("spring.datasource.url", "");
    return new Database(source, url, properties.forceWrites());
  }

  @Bean
  FreeSpace ndopFreeSpace(Database database, NdopProperties properties) {
    List<Path> files = new ArrayList<>();
    database.file().ifPresent(files::add);
    if (!properties.trail().file().isBlank()) {
      files.add(Path.of(properties.trail().file()));
    }
    return new FreeSpace(files, properties.minFreeSpace().toBytes());
  }

  @Bean
  StoreMonitor ndopStoreMonitor(Database database) {
    return new StoreMonitor(database);
  }

  @Bean
  DurabilityInterceptor ndopDurabilityInterceptor(
      FreeSpace space, Database database, StoreMonitor store, SpineOutcomeFactory outcomes) {
    return new DurabilityInterceptor(space, database, store, outcomes);
  }

  @Bean
  Readiness ndopReadiness(StoreMonitor store, FreeSpace space) {
    Readiness readiness = new Readiness();
    readiness.require(store::isAvailable);
    readiness.require(space::isSufficient);
    return readiness;
  }
}
