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

  private CallerDecision decide(AuditMode mode, Interaction interaction) {
    return decide(EditionFixtures.FACTS, mode, interaction);
  }

  private CallerDecision decide(Edition edition, AuditMode mode, Interaction interaction) {
    return decide(edition, mode, interaction, SignaturePolicy.NOT_VERIFIED);
  }

  private CallerDecision decide(
      Edition edition, AuditMode mode, Interaction interaction, SignaturePolicy signatures) {
    ClaimPolicy claims =
        new ClaimPolicy(edition, Map.of(), Duration.ofSeconds(30), TokenFixtures.CLOCK);
    return new CallerPolicy(edition, mode, signatures, claims, Optional.empty())
        .decide(
            AuditHeaders.of(edition, name -> headers.getOrDefault(name, List.of())), interaction);
  }

  private void send(String name, String... values) {
    headers.put(name, List.of(values));
  }

  private void sendAll() {
    send("Authorization", "Bearer " + TokenFixtures.unsecured(TokenFixtures.published()));
    send("Ssp-TraceID", "09a01679-2564-0fb4-5129-aecc81ea2706");
    send("Ssp-From", "200000000205");
    send("Ssp-To", "999999999999");
    send("Ssp-InteractionID", SERVICE + "fhir:rest:read:consent");
  }

  private void assertRefused(CallerDecision decision, Situation situation, String expected) {
    Outcome refusal = decision.refusal().orElseThrow();
    assertThat(refusal.situation()).isEqualTo(situation);
    assertThat(refusal.diagnostics()).anySatisfy(text -> assertThat(text).contains(expected));
  }

  @Test
  void whoCannotTellAnInvalidTokenAsksToRepeatTheRequest() {
    sendAll();
    SignaturePolicy withoutKeys =
        token -> {
          throw new SignaturePolicy.KeysUnavailableException(new java.io.IOException("no route"));
        };
    assertRefused(
        decide(EditionFixtures.FACTS, AuditMode.REQUIRED, Interaction.READ, withoutKeys),
        Situation.STORE_UNAVAILABLE,
        "repeat the request");
  }

  @Test
  void offIgnoresEverything() {
    send("Authorization", "Bearer x");
    send("Ssp-TraceID", "123");

    CallerDecision decision = decide(AuditMode.OFF, Interaction.CREATE);

    assertThat(decision.refusal()).isEmpty();
    assertThat(decision.caller()).isEqualTo(Caller.UNKNOWN);
  }

  @Test
  void permissivePassesARequestWithoutHeaders() {
    assertThat(decide(AuditMode.PERMISSIVE, Interaction.CREATE).refusal()).isEmpty();
  }

  @Test
  void permissiveChecksWhatIsPresent() {
    send("Authorization", "Bearer x");
    assertRefused(
        decide(AuditMode.PERMISSIVE, Interaction.READ), Situation.INVALID_TOKEN, "3 parts");
  }

  @Test
  void requiredNeedsTheToken() {
    sendAll();
    headers.remove("Authorization");
    assertRefused(
        decide(AuditMode.REQUIRED, Interaction.READ),
        Situation.INVALID_TOKEN,
        "The Authorisation header must be supplied");
  }

  @ParameterizedTest
  @ValueSource(strings = {"Ssp-From", "Ssp-To", "Ssp-InteractionID", "Ssp-TraceID"})
  void requiredNeedsTheHeaders(String name) {
    sendAll();
    send("Ssp-InteractionID", METADATA);
    assertThat(decide(AuditMode.REQUIRED, Interaction.CAPABILITIES).refusal()).isEmpty();
    headers.remove(name);
    assertRefused(
        decide(AuditMode.REQUIRED, Interaction.CAPABILITIES),
        Situation.INVALID_HEADER,
        name + ": expected ");
  }

  @Test
  void requiredAsksForTheTraceOfTheCapabilityStatementOnly() {
    sendAll();
    headers.remove("Ssp-TraceID");

    send("Ssp-InteractionID", SERVICE + "fhir:rest:create:consent");
    assertThat(decide(AuditMode.REQUIRED, Interaction.CREATE).refusal()).isEmpty();
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
  void refusesAMalformedHeader(String name, String value) {
    send(name, value);
    assertRefused(
        decide(AuditMode.PERMISSIVE, Interaction.READ),
        Situation.INVALID_HEADER,
        name + ": expected");
  }

  @Test
  void theCapabilityStatementHasAnIdOfItsOwn() {
    send("Ssp-InteractionID", SERVICE + "fhir:rest:read:consent");
    assertThat(decide(AuditMode.PERMISSIVE, Interaction.READ).refusal()).isEmpty();
    assertRefused(
        decide(AuditMode.PERMISSIVE, Interaction.CAPABILITIES), Situation.INVALID_HEADER, METADATA);
  }

  @ParameterizedTest
  @CsvSource({
    "READ, fhir:rest:read:consent, true",
    "READ, fhir:rest:READ:consent, true",
    "VREAD, fhir:rest:vread:consent-1, true",
    "SEARCH_TYPE, fhir:rest:search:consent, true",
    "SEARCH_TYPE, fhir:rest:read:consent, true",
    "HISTORY_TYPE, fhir:rest:read:consent, true",
    "CREATE, fhir:rest:create:consent, true",
    "UPDATE, fhir:rest:update:consent, true",
    "CREATE, preferences, true",
    "READ, fhir:rest:create:consent, false",
    "READ, fhir:rest:CREATE:consent, false",
    "READ, create, false",
    "SEARCH_TYPE, fhir:rest:update:consent, false",
    "HISTORY_INSTANCE, fhir:rest:read:metadata, false",
    "READ, fhir:REST:read:Metadata, false",
    "CREATE, fhir:rest:read:consent, false",
    "CREATE, fhir:rest:update:consent, false",
    "CREATE, fhir:rest:create:read:consent, false",
    "UPDATE, fhir:rest:create:consent, false",
    "UPDATE, fhir:rest:search:consent, false",
    "READ, fhir:rest:delete:consent, false",
  })
  void anIdOfAnotherInteractionIsRefused(Interaction interaction, String id, boolean accepted) {
    send("Ssp-InteractionID", SERVICE + id);
    CallerDecision decision = decide(AuditMode.PERMISSIVE, interaction);
    if (accepted) {
      assertThat(decision.refusal()).isEmpty();
    } else {
      assertRefused(
          decision,
          Situation.INVALID_HEADER,
          "Ssp-InteractionID: expected an id for " + interaction.code());
    }
  }

  @Test
  void refusesARepeatedHeaderUnlessItsValuesAreEqual() {
    send("Ssp-From", "200000000205", "200000000205");
    assertThat(decide(AuditMode.PERMISSIVE, Interaction.READ).refusal()).isEmpty();
    send("Ssp-From", "200000000205", "200000000206");
    assertRefused(
        decide(AuditMode.PERMISSIVE, Interaction.READ),
        Situation.INVALID_HEADER,
        "Ssp-From: expected one value");
  }

  @Test
  void refusesAHeaderWithAnotherValueUnderItsOtherName() {
    for (List<String> names :
        List.of(
            List.of("Ssp-TraceID", "TraceID"),
            List.of("Ssp-From", "FromASID"),
            List.of("Ssp-To", "ToASID"),
            List.of("Ssp-To", "To"),
            List.of("Ssp-InteractionID", "InteractionID"))) {
      headers.clear();
      String value =
          names.get(0).equals("Ssp-TraceID") ? "09a01679-2564-0fb4-5129-aecc81ea2706" : SERVICE + 1;
      names.forEach(name -> send(name, value));
      assertThat(decide(AuditMode.PERMISSIVE, Interaction.READ).refusal()).isEmpty();
      send(names.get(1), value.replace('1', '2'));
      assertRefused(
          decide(AuditMode.PERMISSIVE, Interaction.READ),
          Situation.INVALID_HEADER,
          String.join(", ", names) + ": expected one value; found several.");
    }
  }

  @Test
  void theOrdinaryHeaderFromIsIgnoredBesideTheEditionsOwn() {
    send("Ssp-From", "200000000205");
    send("From", "somebody@example.org");
    CallerDecision decision = decide(AuditMode.PERMISSIVE, Interaction.READ);
    assertThat(decision.refusal()).isEmpty();
    assertThat(decision.caller().from()).contains("200000000205");

    // Where it is the edition's own name, the others are compared with it.
    headers.clear();
    send("From", "200000000205");
    send("FromASID", "200000000206");
    assertRefused(
        decide(EditionFixtures.factsOf("ndop-0.0.9-alpha"), AuditMode.PERMISSIVE, Interaction.READ),
        Situation.INVALID_HEADER,
        "From, FromASID: expected one value");
  }

  @Test
  void refusesDifferentTokens() {
    String token = "Bearer " + TokenFixtures.unsecured(TokenFixtures.published());
    Map<String, Object> claims =
        TokenFixtures.with(TokenFixtures.published(), "iss", "https://another.example");
    String other = "Bearer " + TokenFixtures.unsecured(claims);
    send("Authorization", token);
    send("Ssp-Authorization", token + " ");
    assertThat(decide(AuditMode.PERMISSIVE, Interaction.READ).refusal()).isEmpty();

    send("Ssp-Authorization", other);
    CallerDecision decision = decide(AuditMode.PERMISSIVE, Interaction.READ);
    assertRefused(
        decision,
        Situation.INVALID_TOKEN,
        "Authorization, Ssp-Authorization: expected one token; found several.");
    assertThat(decision.caller().subject()).isEmpty();

    headers.remove("Ssp-Authorization");
    for (List<String> values :
        List.of(List.of(token, other), List.of(token, ""), List.of("Basic YTpi", token))) {
      headers.put("Authorization", values);
      assertRefused(
          decide(AuditMode.PERMISSIVE, Interaction.READ),
          Situation.INVALID_TOKEN,
          "Authorization: expected one token");
    }
    for (String joined : List.of(token + "," + other, token + ", " + other, token + ",Bearer")) {
      send("Authorization", joined);
      assertThat(decide(AuditMode.PERMISSIVE, Interaction.READ).refusal().orElseThrow().situation())
          .as(joined)
          .isEqualTo(Situation.INVALID_TOKEN);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ndop-1.1.0", "ndop-0.0.9-alpha", "noom-draft"})
  void everySetOfHeaderNamesIsUnderstood(String name) {
    Edition edition = EditionFixtures.factsOf(name);
    for (List<String> names :
        List.of(
            List.of("Ssp-From", "Ssp-To", "Ssp-InteractionID"),
            List.of("From", "To", "InteractionID"),
            List.of("FromASID", "ToASID", "InteractionID"))) {
      headers.clear();
      String id = SERVICE + "fhir:rest:read:consent";
      List<String> values = new ArrayList<>(List.of("1", "2", id));
      names.forEach(header -> send(header, values.remove(0)));
      CallerDecision decision = decide(edition, AuditMode.REQUIRED, Interaction.READ);
      // Only the token is missing.
      assertRefused(decision, Situation.INVALID_TOKEN, "must be supplied");
      assertThat(decision.caller().from()).contains("1");
      assertThat(decision.caller().interactionId()).contains(id);
    }
  }

  @Test
  void theTokenIsReadUnderItsOtherNameWhereTheFirstIsAbsent() {
    sendAll();
    send("Ssp-Authorization", headers.remove("Authorization").get(0));
    assertThat(decide(AuditMode.REQUIRED, Interaction.READ).refusal()).isEmpty();
    headers.remove("Ssp-Authorization");
    send("Authorization", "Basic YTpi");
    assertRefused(
        decide(AuditMode.REQUIRED, Interaction.READ), Situation.INVALID_TOKEN, "another scheme");
  }

  @Test
  void readsTheCallerAndThePatient() {
    sendAll();
    String nhs = "http://fhir.nhs.net/Id/nhs-number|" + TokenFixtures.PATIENT;
    Map<String, Object> claims =
        TokenFixtures.with(
            TokenFixtures.with(TokenFixtures.published(), "requesting_patient", nhs), "sub", nhs);
    send("Authorization", "Bearer " + TokenFixtures.unsecured(claims));

    Caller caller = decide(AuditMode.PERMISSIVE, Interaction.READ).caller();

    assertThat(caller.boundTo()).contains(TokenFixtures.PATIENT);
    assertThat(caller.patient()).contains(nhs);
    assertThat(caller.system().orElseThrow()).endsWith("|200000000205");
    assertThat(caller.user()).isEmpty();
    assertThat(caller.trace()).contains("09a01679-2564-0fb4-5129-aecc81ea2706");
  }

  @Test
  void theAlphaIsBoundToThePatientOfTheRecordEvenInAList() {
    Edition alpha = EditionFixtures.factsOf("ndop-0.0.9-alpha");
    Map<String, Object> held =
        new HashMap<>(TokenFixtures.record("Consent", TokenFixtures.PATIENT));
    for (Object patient : List.of(held.get("patient"), List.of(held.get("patient")))) {
      held.put("patient", patient);
      send(
          "Authorization",
          "Bearer "
              + TokenFixtures.unsecured(
                  TokenFixtures.with(TokenFixtures.alpha(), "requested_record", held)));
      CallerDecision decision = decide(alpha, AuditMode.PERMISSIVE, Interaction.READ);
      assertThat(decision.refusal()).isEmpty();
      assertThat(decision.caller().boundTo()).contains(TokenFixtures.PATIENT);
    }
  }

  @ParameterizedTest
  @EnumSource(AuditMode.class)
  void requestsOutsideTheApiAreCheckedToo(AuditMode mode) {
    assertThat(decide(mode, null).refusal().isPresent()).isEqualTo(mode == AuditMode.REQUIRED);
    assertThat(decide(mode, null).refusal().map(Outcome::situation))
        .isEqualTo(
            mode == AuditMode.REQUIRED ? Optional.of(Situation.INVALID_TOKEN) : Optional.empty());
  }
}
