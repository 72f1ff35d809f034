package ndop.fhir.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.datasource.DelegatingDataSource;

class DatabaseTest {

  @Test
  void givesUpTheConnectionsOfAPoolThatIsWrapped() throws SQLException {
    try (HikariDataSource pool = new HikariDataSource()) {
      pool.setJdbcUrl("jdbc:h2:mem:wrapped;DB_CLOSE_DELAY=-1");
      DataSource wrapped = new DelegatingDataSource(new DelegatingDataSource(pool));
      Database database = new Database(wrapped, pool.getJdbcUrl(), true);
      String first = session(wrapped);
      assertThat(session(wrapped)).isEqualTo(first);

      database.evictConnections();

      assertThat(session(wrapped)).isNotEqualTo(first);
    }
  }

  private static String session(DataSource source) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery("CALL SESSION_ID()")) {
      result.next();
      return result.getString(1);
    }
  }
}
