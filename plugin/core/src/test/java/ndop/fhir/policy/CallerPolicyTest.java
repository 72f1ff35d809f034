package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ndop.fhir.edition.Edition;
import ndop.fhir.edition.EditionFixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallerPolicyTest {

  private static final String SERVICE = "urn:nhs:names:services:nationaldataoptout:";
  private static final String METADATA = SERVICE + "fhir:rest:read:metadata";

  private final Map<String, List<String>> headers = new HashMap<>();

  private CallerPolicy.Judgement judge(AuditMode mode, Interaction interaction) {
    return judge(EditionFixtures.FACTS, mode, interaction);
  }

  private CallerPolicy.Judgement judge(Edition edition, AuditMode mode, Interaction interaction) {
    ClaimPolicy claims = new ClaimPolicy(edition, Map.of(), Duration.ofSeconds(30), Tokens.CLOCK);
    return new CallerPolicy(edition, mode, SignaturePolicy.NOT_VERIFIED, claims, Optional.empty())
        .judge(
            AuditHeaders.of(edition, name -> headers.getOrDefault(name, List.of())), interaction);
  }

  private void send(String name, String... values) {
    headers.put(name, List.of(values));
  }

  private void sendAll() {
    send("Authorization", "Bearer " + Tokens.unsecured(Tokens.published()));
    send("Ssp-TraceID", "09a01679-2564-0fb4-5129-aecc81ea2706");
    send("Ssp-From", "200000000205");
    send("Ssp-To", "999999999999");
    send("Ssp-InteractionID", METADATA);
  }

  private void insist(CallerPolicy.Judgement judgement, Situation situation, String told) {
    Refusal refusal = judgement.refusal().orElseThrow();
    assertThat(refusal.situation()).isEqualTo(situation);
    assertThat(refusal.diagnostics()).anySatisfy(text -> assertThat(text).contains(told));
  }

  @Test
  void offIgnoresEverything() {
    send("Authorization", "Bearer x");
    send("Ssp-TraceID", "123");

    CallerPolicy.Judgement judgement = judge(AuditMode.OFF, Interaction.CREATE);

    assertThat(judgement.refusal()).isEmpty();
    assertThat(judgement.caller()).isEqualTo(Caller.UNKNOWN);
  }

  @Test
  void permissivePassesARequestWithoutHeaders() {
    assertThat(judge(AuditMode.PERMISSIVE, Interaction.CREATE).refusal()).isEmpty();
  }

  @Test
  void permissiveJudgesWhatIsThere() {
    send("Authorization", "Bearer x");
    insist(judge(AuditMode.PERMISSIVE, Interaction.READ), Situation.INVALID_TOKEN, "3 parts");
  }

  @Test
  void requiredInsistsOnTheToken() {
    sendAll();
    headers.remove("Authorization");
    insist(
        judge(AuditMode.REQUIRED, Interaction.READ),
        Situation.INVALID_TOKEN,
        "The Authorisation header must be supplied");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Ssp-From", "Ssp-To", "Ssp-InteractionID", "Ssp-TraceID"})
  void requiredInsistsOnTheHeaders(String name) {
    sendAll();
    assertThat(judge(AuditMode.REQUIRED, Interaction.CAPABILITIES).refusal()).isEmpty();
    headers.remove(name);
    insist(
        judge(AuditMode.REQUIRED, Interaction.CAPABILITIES),
        Situation.INVALID_HEADER,
        name + ": expected ");
  }

  @Test
  void requiredAsksForTheTraceOfTheCapabilityStatementOnly() {
    sendAll();
    headers.remove("Ssp-TraceID");

    assertThat(judge(AuditMode.REQUIRED, Interaction.CREATE).refusal()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "Ssp-TraceID, 123",
    "Ssp-TraceID, 09a01679-2564-0fb4-5129-aecc81ea2706x",
    "Ssp-From, two words",
    "Ssp-To, ''",
    "Ssp-InteractionID, urn:nhs:names:services:visitorsandmigrants:fhir:rest:read:metadata",
    "Ssp-InteractionID, urn:nhs:names:services:nationaldataoptout:",
  })
  void refusesAHeaderOfAnotherForm(String name, String value) {
    send(name, value);
    insist(
        judge(AuditMode.PERMISSIVE, Interaction.READ),
        Situation.INVALID_HEADER,
        name + ": expected");
  }

  @Test
  void theCapabilityStatementHasAnIdOfItsOwn() {
    send("Ssp-InteractionID", SERVICE + "fhir:rest:read:consent");
    assertThat(judge(AuditMode.PERMISSIVE, Interaction.READ).refusal()).isEmpty();
    insist(
        judge(AuditMode.PERMISSIVE, Interaction.CAPABILITIES), Situation.INVALID_HEADER, METADATA);
  }

  @Test
  void aHeaderTwiceIsRefusedUnlessItSaysTheSame() {
    send("Ssp-From", "200000000205", "200000000205");
    assertThat(judge(AuditMode.PERMISSIVE, Interaction.READ).refusal()).isEmpty();
    send("Ssp-From", "200000000205", "200000000206");
    insist(
        judge(AuditMode.PERMISSIVE, Interaction.READ),
        Situation.INVALID_HEADER,
        "Ssp-From: expected one value");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ndop-1.1.0", "ndop-0.0.9-alpha", "noom-draft"})
  void everySchemeOfNamesIsUnderstood(String name) {
    Edition edition = EditionFixtures.factsOf(name);
    for (List<String> names :
        List.of(
            List.of("Ssp-From", "Ssp-To", "Ssp-InteractionID"),
            List.of("From", "To", "InteractionID"),
            List.of("FromASID", "ToASID", "InteractionID"))) {
      headers.clear();
      List<String> values = new ArrayList<>(List.of("1", "2", METADATA));
      names.forEach(header -> send(header, values.remove(0)));
      CallerPolicy.Judgement judgement = judge(edition, AuditMode.REQUIRED, Interaction.READ);
      // Only the token is missing.
      insist(judgement, Situation.INVALID_TOKEN, "must be supplied");
      assertThat(judgement.caller().from()).contains("1");
      assertThat(judgement.caller().interactionId()).contains(METADATA);
    }
  }

  @Test
  void theTokenIsReadUnderItsOtherNameWhereTheFirstIsAbsent() {
    sendAll();
    send("Ssp-Authorization", headers.remove("Authorization").get(0));
    assertThat(judge(AuditMode.REQUIRED, Interaction.READ).refusal()).isEmpty();
    send("Authorization", "Basic YTpi");
    insist(judge(AuditMode.REQUIRED, Interaction.READ), Situation.INVALID_TOKEN, "another scheme");
  }

  @Test
  void tellsWhoCallsAndForWhom() {
    sendAll();
    String nhs = "http://fhir.nhs.net/Id/nhs-number|" + Tokens.PATIENT;
    Map<String, Object> claims =
        Tokens.with(Tokens.with(Tokens.published(), "requesting_patient", nhs), "sub", nhs);
    send("Authorization", "Bearer " + Tokens.unsecured(claims));

    Caller caller = judge(AuditMode.PERMISSIVE, Interaction.READ).caller();

    assertThat(caller.boundTo()).contains(Tokens.PATIENT);
    assertThat(caller.patient()).contains(nhs);
    assertThat(caller.system().orElseThrow()).endsWith("|200000000205");
    assertThat(caller.user()).isEmpty();
    assertThat(caller.trace()).contains("09a01679-2564-0fb4-5129-aecc81ea2706");
  }

  @Test
  void theAlphaIsBoundToThePatientOfTheRecordAlsoInAList() {
    Edition alpha = EditionFixtures.factsOf("ndop-0.0.9-alpha");
    Map<String, Object> held = new HashMap<>(Tokens.record("Consent", Tokens.PATIENT));
    for (Object patient : List.of(held.get("patient"), List.of(held.get("patient")))) {
      held.put("patient", patient);
      send(
          "Authorization",
          "Bearer " + Tokens.unsecured(Tokens.with(Tokens.alpha(), "requested_record", held)));
      CallerPolicy.Judgement judgement = judge(alpha, AuditMode.PERMISSIVE, Interaction.READ);
      assertThat(judgement.refusal()).isEmpty();
      assertThat(judgement.caller().boundTo()).contains(Tokens.PATIENT);
    }
  }

  @ParameterizedTest
  @EnumSource(AuditMode.class)
  void whatIsNoInteractionIsJudgedToo(AuditMode mode) {
    assertThat(judge(mode, null).refusal().isPresent()).isEqualTo(mode == AuditMode.REQUIRED);
    assertThat(judge(mode, null).refusal().map(Refusal::situation))
        .isEqualTo(
            mode == AuditMode.REQUIRED ? Optional.of(Situation.INVALID_TOKEN) : Optional.empty());
  }
}
