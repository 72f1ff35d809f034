package ndop.fhir.store;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Pools of connections to H2 in a file, which soon give up. */
public final class H2Pools {

  private H2Pools() {}

  /** A pool of at most {@code size} connections to a database in the folder. */
  public static HikariDataSource open(Path folder, int size) {
    HikariConfig config = new HikariConfig();
    config.setJdbcUrl("jdbc:h2:file:" + folder + "/consents");
    config.setMaximumPoolSize(size);
    config.setConnectionTimeout(1000);
    config.setValidationTimeout(500);
    return new HikariDataSource(config);
  }

  /** Closes the pool, and leaves a file that is no database. */
  public static void breakDatabase(HikariDataSource pool, Path folder) throws IOException {
    pool.close();
    Files.writeString(folder.resolve("consents.mv.db"), "no database");
  }
}
