package ndop.fhir.interceptor;

import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.interceptor.executor.InterceptorService;
import ca.uhn.fhir.parser.DataFormatException;
import ca.uhn.fhir.rest.api.RequestTypeEnum;
import ca.uhn.fhir.rest.server.exceptions.BaseServerResponseException;
import ca.uhn.fhir.rest.server.exceptions.InvalidRequestException;
import ca.uhn.fhir.rest.server.exceptions.NotModifiedException;
import ca.uhn.fhir.rest.server.exceptions.ResourceGoneException;
import ca.uhn.fhir.rest.server.exceptions.ResourceNotFoundException;
import ca.uhn.fhir.rest.server.exceptions.ResourceVersionConflictException;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.List;
import java.util.stream.Stream;
import ndop.fhir.edition.EditionFixtures;
import ndop.fhir.outcome.OutcomeException;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.Situation;
import ndop.fhir.store.Database;
import ndop.fhir.store.StoreMonitor;
import org.hl7.fhir.dstu3.model.OperationOutcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.transaction.CannotCreateTransactionException;

class SpineExceptionInterceptorTest {

  private final SpineOutcomeFactory outcomes = new SpineOutcomeFactory(EditionFixtures.FACTS);
  private final SpineExceptionInterceptor interceptor =
      new SpineExceptionInterceptor(outcomes, new StoreMonitor(new Database(null, "", true)));
  private final ServletRequestDetails request = new RequestWithoutHeaders();

  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(
            new ResourceVersionConflictException("HAPI-1093: has 4505577104"), "duplicate"),
        Arguments.of(new ResourceVersionConflictException("HAPI-0550: HAPI-0824: x"), "duplicate"),
        Arguments.of(new ResourceVersionConflictException("HAPI-0989: stale"), "stale-version"),
        Arguments.of(new ResourceNotFoundException("HAPI-2001: x"), "unknown-record"),
        Arguments.of(new ResourceGoneException("HAPI-2002: x"), "unknown-record"),
        Arguments.of(new ResourceNotFoundException("HAPI-0302: types are"), "not-implemented"),
        Arguments.of(new InvalidRequestException("HAPI-0303: x"), "not-implemented"),
        Arguments.of(new InvalidRequestException("HAPI-0524: x"), "invalid-parameter"),
        Arguments.of(new InvalidRequestException("HAPI-0449: x"), "unsupported-media-type"),
        Arguments.of(new InvalidRequestException("HAPI-9999: x"), "malformed-request"),
        Arguments.of(new DataFormatException("HAPI-1861: x"), "invalid-parameter"),
        Arguments.of(new IllegalStateException("connection to 4505577104"), "internal-failure"),
        Arguments.of(new OutOfMemoryError("heap"), "internal-failure"));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void everyFailureBecomesAnAnswerOfTheCatalogue(Throwable thrown, String situation) {
    var expected = EditionFixtures.FACTS.errors().get(situation);

    BaseServerResponseException answer = interceptor.toSpineException(request, thrown);

    assertThat(answer.getStatusCode()).isEqualTo(expected.status());
    OperationOutcome outcome = (OperationOutcome) answer.getOperationOutcome();
    assertThat(outcome.getIssue()).hasSize(1);
    var issue = outcome.getIssueFirstRep();
    assertThat(issue.getSeverity().toCode()).isEqualTo(expected.severity());
    assertThat(issue.getCode().toCode()).isEqualTo(expected.issue());
    assertThat(issue.getDetails().getCodingFirstRep().getCode()).isEqualTo(expected.code());
    assertThat(issue.getDiagnostics()).doesNotContain("HAPI", "4505577104", "Exception", "types");
  }

  @ParameterizedTest
  @CsvSource({"GET, invalid-parameter", "POST, unreadable-body", "PUT, unreadable-body"})
  void whatCannotBeReadIsTheBodyOfARequestThatHasOne(RequestTypeEnum method, String situation) {
    begin(method, false);

    BaseServerResponseException answer =
        interceptor.toSpineException(request, new DataFormatException("HAPI-1861: x"));

    assertThat(((OutcomeException) answer).situation().key()).isEqualTo(situation);
  }

  private void begin(RequestTypeEnum method, boolean committing) {
    request.setRequestType(method);
    if (committing) {
      WriteProgress.markCommitting(request);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET, false, store-unavailable",
    "PUT, false, store-unavailable",
    "PUT, true, outcome-unknown",
    "POST, true, outcome-unknown"
  })
  void nothingIsCertainOnceTheCommitHasBegun(
      RequestTypeEnum method, boolean committing, String situation) {
    begin(method, committing);
    for (Exception failure :
        List.of(
            new CannotCreateTransactionException("x"),
            new SQLTransientConnectionException("x"),
            new SQLException("x", "57014"),
            new SQLException("x", "53100"),
            new SQLException("x", "08006"))) {
      BaseServerResponseException answer = interceptor.toSpineException(request, failure);

      assertThat(((OutcomeException) answer).situation().key())
          .as(failure.toString())
          .isEqualTo(situation);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "GET, false, 'unexpectedly. The'",
    "PUT, false, 'unexpectedly; nothing was stored. The'",
    "PUT, true, 'unexpectedly; whether it was stored is not known: search'"
  })
  void anUnexpectedFailureSaysWhatBecameOfAWriteOnly(
      RequestTypeEnum method, boolean committing, String expected) {
    begin(method, committing);
    BaseServerResponseException answer =
        interceptor.toSpineException(request, new IllegalStateException("x"));

    assertThat(((OperationOutcome) answer.getOperationOutcome()).getIssueFirstRep())
        .extracting(OperationOutcome.OperationOutcomeIssueComponent::getDiagnostics)
        .asString()
        .contains(expected);
  }

  @Test
  void aRefusalIsPassedOnUnchanged() {
    var refused = outcomes.exception(Situation.DUPLICATE, "x");

    assertThat(interceptor.toSpineException(request, refused)).isSameAs(refused);
  }

  @Test
  void notModifiedIsNotAnError() {
    NotModifiedException notModified = new NotModifiedException("x");

    assertThat(interceptor.toSpineException(request, notModified)).isSameAs(notModified);
  }

  private static final class RequestWithoutHeaders extends ServletRequestDetails {

    private RequestWithoutHeaders() {
      super(new InterceptorService());
    }

    @Override
    public String getHeader(String name) {
      return null;
    }

    @Override
    public void setHeaders(String name, List<String> values) {}

    @Override
    public List<String> getHeaders(String name) {
      return List.of();
    }
  }
}
