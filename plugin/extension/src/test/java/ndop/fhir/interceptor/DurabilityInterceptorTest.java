package ndop.fhir.interceptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ca.uhn.fhir.interceptor.executor.InterceptorService;
import ca.uhn.fhir.rest.api.RequestTypeEnum;
import ca.uhn.fhir.rest.api.RestOperationTypeEnum;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import ndop.fhir.edition.EditionFixtures;
import ndop.fhir.outcome.OutcomeException;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.Situation;
import ndop.fhir.store.Database;
import ndop.fhir.store.FreeSpace;
import ndop.fhir.store.H2Pools;
import ndop.fhir.store.StoreMonitor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Over H2 in a file, whose checkpoint fails when the file is no longer a database. */
class DurabilityInterceptorTest {

  @TempDir private Path folder;
  private HikariDataSource pool;
  private Database database;
  private DurabilityInterceptor interceptor;

  @BeforeEach
  void open() {
    pool = H2Pools.open(folder, 1);
    open(true);
  }

  private void open(boolean forcing) {
    database = new Database(pool, pool.getJdbcUrl(), forcing);
    interceptor =
        new DurabilityInterceptor(
            new FreeSpace(List.of(), 0),
            database,
            new StoreMonitor(database),
            new SpineOutcomeFactory(EditionFixtures.FACTS));
  }

  @AfterEach
  void close() {
    database.close();
    pool.close();
  }

  private void breakTheDatabase() throws Exception {
    H2Pools.breakDatabase(pool, folder);
  }

  private Situation refusal(ServletRequestDetails request) {
    OutcomeException refusal =
        catchThrowableOfType(OutcomeException.class, () -> interceptor.force(request));
    return refusal == null ? null : refusal.situation();
  }

  private static ServletRequestDetails request(
      RequestTypeEnum method, RestOperationTypeEnum operation) {
    ServletRequestDetails request = new ServletRequestDetails(new InterceptorService());
    request.setRequestType(method);
    request.setRestOperationType(operation);
    return request;
  }

  /** HAPI calls no hook of storage for an update to what is stored already. */
  @ParameterizedTest
  @CsvSource({"POST, CREATE, true", "PUT, UPDATE, true", "PUT, UPDATE, false"})
  void aWriteThatCannotBeForcedIsNotAcknowledged(
      RequestTypeEnum method, RestOperationTypeEnum operation, boolean changed) throws Exception {
    ServletRequestDetails write = request(method, operation);
    if (changed) {
      WriteProgress.markCommitting(write);
    }
    breakTheDatabase();
    assertThat(refusal(write)).isEqualTo(Situation.OUTCOME_UNKNOWN);
  }

  @Test
  void aReadAfterAFailureTellsOnlyWhatIsOnTheDisk() throws Exception {
    ServletRequestDetails read = request(RequestTypeEnum.GET, RestOperationTypeEnum.READ);
    ServletRequestDetails metadata = request(RequestTypeEnum.GET, RestOperationTypeEnum.METADATA);
    breakTheDatabase();
    assertThat(refusal(read)).as("no force has failed yet").isNull();
    assertThat(refusal(request(RequestTypeEnum.PUT, RestOperationTypeEnum.UPDATE)))
        .isEqualTo(Situation.OUTCOME_UNKNOWN);

    assertThat(refusal(read)).isEqualTo(Situation.STORE_UNAVAILABLE);
    assertThat(refusal(metadata)).isNull();

    Files.delete(folder.resolve("consents.mv.db"));
    assertThat(refusal(read)).as("a database that can be forced again").isNull();
  }

  @Test
  void noWriteWaitsForAConnectionOfTheRequests() throws Exception {
    try (Connection busy = pool.getConnection()) {
      assertThat(busy.isValid(1)).isTrue();
      assertThat(refusal(request(RequestTypeEnum.PUT, RestOperationTypeEnum.UPDATE))).isNull();
    }
  }

  @Test
  void nothingIsForcedIfItIsNotAskedFor() throws Exception {
    open(false);
    breakTheDatabase();
    assertThatCode(
            () -> interceptor.force(request(RequestTypeEnum.PUT, RestOperationTypeEnum.UPDATE)))
        .doesNotThrowAnyException();
  }
}
