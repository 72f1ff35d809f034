package ndop.fhir.config;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import ndop.fhir.store.H2Url;

/**
 * The properties of the data source that make an acknowledged write durable and an outage short
 * (NDOP-210, decision D-32), for any host that configures HikariCP by Spring Boot's properties.
 *
 * <p>The bounds add up to less than the 5 s within which an outage is answered: a request waits for
 * a connection or for a statement, and hardly ever for both.
 */
final class StoreDefaults {

  private static final String POOL = "spring.datasource.hikari.";
  private static final String DRIVER = POOL + "data-source-properties";

  private StoreDefaults() {}

  /**
   * The defaults for a database.
   *
   * @param url the JDBC URL; what it states itself is left out
   */
  static Map<String, Object> forUrl(String url) {
    Map<String, Object> defaults = new HashMap<>();
    defaults.put(POOL + "connection-timeout", "3000");
    defaults.put(POOL + "validation-timeout", "1000");
    driverProperties(url).entrySet().stream()
        .filter(property -> !states(url, property.getKey()))
        .forEach(
            property -> defaults.put(DRIVER + "[" + property.getKey() + "]", property.getValue()));
    return defaults;
  }

  private static Map<String, String> driverProperties(String url) {
    if (H2Url.isOnDisk(url)) {
      return Map.of(
          // A commit returns when it is in the file; H2's default is half a second later.
          "WRITE_DELAY", "0",
          // H2's own shutdown hook would close the database under requests that are finishing.
          "DB_CLOSE_ON_EXIT", "FALSE");
    }
    if (url.startsWith("jdbc:postgresql:")) {
      // In seconds. A database that hangs or drops packets says nothing.
      return Map.of("connectTimeout", "3", "socketTimeout", "4", "tcpKeepAlive", "true");
    }
    return Map.of();
  }

  /** A property that is in the URL and in the driver's properties is an error for H2. */
  private static boolean states(String url, String property) {
    return url.toLowerCase(Locale.ROOT).contains(property.toLowerCase(Locale.ROOT) + "=");
  }
}
