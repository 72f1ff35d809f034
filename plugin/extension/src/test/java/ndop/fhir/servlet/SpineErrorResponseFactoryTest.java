package ndop.fhir.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import ndop.fhir.edition.EditionFixtures;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.Outcome;
import ndop.fhir.policy.Situation;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.mock.web.MockHttpServletResponse;

class SpineErrorResponseFactoryTest {

  private final SpineOutcomeFactory outcomes = new SpineOutcomeFactory(EditionFixtures.FACTS);
  private final SpineErrorResponseFactory responses =
      new SpineErrorResponseFactory(EditionFixtures.FHIR, outcomes);

  /** The same outside HAPI as within it. */
  @ParameterizedTest
  @CsvSource({"OVERLOADED, 1", "STORE_UNAVAILABLE, 5", "UNKNOWN_RECORD,"})
  void whatMaySucceedLaterSaysWhen(Situation situation, String seconds) throws IOException {
    Outcome outcome = Outcome.of(situation, "x");
    MockHttpServletResponse response = new MockHttpServletResponse();

    responses.forOutcome(outcome, null).writeTo(response);

    assertThat(response.getHeader("Retry-After")).isEqualTo(seconds);
    var headers = outcomes.exception(outcome).getResponseHeaders();
    if (seconds == null) {
      assertThat(headers).doesNotContainKey("Retry-After");
    } else {
      assertThat(headers.get("Retry-After")).containsExactly(seconds);
    }
  }
}
