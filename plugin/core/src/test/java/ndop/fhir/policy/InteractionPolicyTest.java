package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import ndop.fhir.edition.EditionFixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InteractionPolicyTest {

  private static final String ID = "0353e505-f7be-4c20-8f4e-337e79a32c51";

  private final InteractionPolicy policy = new InteractionPolicy(EditionFixtures.FACTS);

  @ParameterizedTest
  @CsvSource({
    "GET, metadata, CAPABILITIES",
    "HEAD, metadata, CAPABILITIES",
    "OPTIONS, '', CAPABILITIES",
    "POST, Consent, CREATE",
    "GET, Consent, SEARCH_TYPE",
    "GET, Consent/" + ID + ", READ",
    "GET, Consent/402, READ",
    "GET, Consent/" + ID + "/_history/1, VREAD",
    "PUT, Consent/" + ID + ", UPDATE",
    "GET, Consent/" + ID + "/_history, HISTORY_INSTANCE",
    "GET, Consent/_history, HISTORY_TYPE",
    "GET, StructureDefinition, CONFORMANCE_SEARCH",
    "HEAD, ValueSet/NDOP-Purpose-1, CONFORMANCE_READ",
    "POST, Consent/$validate, OPERATION",
    "POST, Consent/" + ID + "/$validate, INSTANCE_OPERATION",
    "GET, ValueSet/$expand, OPERATION",
    "POST, ValueSet/NDOP-Purpose-1/$validate-code, OPERATION",
    "GET, CodeSystem/$lookup, OPERATION",
  })
  void passesTheInteractionsOfTheApi(String method, String path, Interaction expected) {
    RequestHead head = head(method, path);

    assertThat(policy.interaction(head)).isEqualTo(expected);
    assertThat(policy.refusal(head)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "DELETE, Consent/" + ID + ", INTERACTION_REFUSED",
    "DELETE, Consent, INTERACTION_REFUSED",
    "PATCH, Consent/" + ID + ", INTERACTION_REFUSED",
    "TRACE, Consent/" + ID + ", INTERACTION_REFUSED",
    "OPTIONS, Consent, INTERACTION_REFUSED",
    "POST, Consent/" + ID + ", INTERACTION_REFUSED",
    "PUT, Consent, CLIENT_ASSIGNED_ID",
    "PUT, Consent/not*an*id, UNKNOWN_RECORD",
    "GET, Consent/not*an*id, UNKNOWN_RECORD",
    "GET, Consent/" + ID + "/_history/1/2, MALFORMED_REQUEST",
    "GET, Consent/" + ID + "/Patient, UNKNOWN_RECORD",
    "POST, '', NOT_IMPLEMENTED",
    "GET, '', UNKNOWN_RECORD",
    "HEAD, '', UNKNOWN_RECORD",
    "GET, _history, OTHER_TYPE_OR_OPERATION",
    "POST, Consent/_search, OTHER_TYPE_OR_OPERATION",
    "GET, Consent/$foo, OTHER_TYPE_OR_OPERATION",
    "GET, Consent/$validate, INTERACTION_REFUSED",
    "POST, Consent/not*an*id/$validate, UNKNOWN_RECORD",
    "GET, ValueSet/not*an*id/$expand, UNKNOWN_RECORD",
    "GET, ValueSet/$compose, OTHER_TYPE_OR_OPERATION",
    "GET, ValueSet/$lookup, OTHER_TYPE_OR_OPERATION",
    "GET, CodeSystem/NDOP-OptOutSource-1/$lookup, OTHER_TYPE_OR_OPERATION",
    "DELETE, ValueSet/$expand, INTERACTION_REFUSED",
    "GET, Consent/" + ID + "/$meta, OTHER_TYPE_OR_OPERATION",
    "GET, $foo, OTHER_TYPE_OR_OPERATION",
    "GET, Patient/1, OTHER_TYPE_OR_OPERATION",
    "POST, StructureDefinition, INTERACTION_REFUSED",
    "PUT, ValueSet/NDOP-Purpose-1, INTERACTION_REFUSED",
    "DELETE, CodeSystem/NDOP-OptOutSource-1, INTERACTION_REFUSED",
    "GET, ValueSet/NDOP-Purpose-1/_history, NOT_IMPLEMENTED",
    "GET, ValueSet/_history, NOT_IMPLEMENTED",
    "GET, ValueSet/not*an*id, UNKNOWN_RECORD",
    "GET, NamingSystem, OTHER_TYPE_OR_OPERATION",
    "DELETE, Patient/1, OTHER_TYPE_OR_OPERATION",
    "POST, metadata, INTERACTION_REFUSED",
    "GET, metadata/x, OTHER_TYPE_OR_OPERATION",
    "GET, consent, OTHER_TYPE_OR_OPERATION",
  })
  void refusesEverythingElse(String method, String path, Situation expected) {
    Optional<Outcome> refusal = policy.refusal(head(method, path));

    assertThat(refusal).map(Outcome::situation).contains(expected);
    assertThat(refusal.orElseThrow().diagnostics()).singleElement().asString().isNotBlank();
  }

  @ParameterizedTest
  @CsvSource({
    "GET, StructureDefinition",
    "GET, ValueSet/NDOP-Purpose-1",
    "POST, Consent/$validate",
    "GET, ValueSet/$expand",
  })
  void doesNotAnswerAboutProfilesWhereASettingLeavesThatOut(String method, String path) {
    InteractionPolicy without = new InteractionPolicy(EditionFixtures.FACTS.withoutConformance());

    assertThat(without.interaction(head(method, path))).isNull();
    assertThat(without.refusal(head(method, path)))
        .map(Outcome::situation)
        .contains(Situation.OTHER_TYPE_OR_OPERATION);
  }

  @Test
  void refusesConditionalCreate() {
    RequestHead head = new RequestHead("POST", List.of("Consent"), Set.of("if-none-exist"));

    assertThat(policy.refusal(head)).map(Outcome::situation).contains(Situation.NOT_IMPLEMENTED);
  }

  @Test
  void refusesTheSwitchThatSkipsHapisExistenceCheck() {
    RequestHead head =
        new RequestHead("PUT", List.of("Consent", ID), Set.of("x-upsert-extistence-check"));

    assertThat(policy.refusal(head)).map(Outcome::situation).contains(Situation.MALFORMED_REQUEST);
  }

  private static RequestHead head(String method, String path) {
    List<String> segments =
        Arrays.stream(path.split("/")).filter(segment -> !segment.isEmpty()).toList();
    return new RequestHead(method, segments, Set.of());
  }
}
