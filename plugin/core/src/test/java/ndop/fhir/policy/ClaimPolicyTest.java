package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import ndop.fhir.edition.Edition;
import ndop.fhir.edition.EditionFixtures;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class ClaimPolicyTest {

  private static final Edition ALPHA = EditionFixtures.factsOf("ndop-0.0.9-alpha");
  private static final String ASID = "https://fhir.nhs.uk/Id/accredited-system|200000000205";
  private static final String NHS = "http://fhir.nhs.net/Id/nhs-number|" + Tokens.PATIENT;
  private static final String USER = "https://fhir.nhs.uk/Id/sds-role-profile-id|4711";

  private static ClaimPolicy policy(Edition edition, Map<String, List<String>> values) {
    return new ClaimPolicy(edition, values, Duration.ofSeconds(30), Tokens.CLOCK);
  }

  private static Optional<Refusal> published(Map<String, Object> claims, Interaction interaction) {
    return policy(EditionFixtures.FACTS, Map.of())
        .refusal(Tokens.token(claims), interaction, Tokens.NO_HEADERS);
  }

  private static Optional<Refusal> alpha(Map<String, Object> claims, Interaction interaction) {
    return policy(ALPHA, Map.of()).refusal(Tokens.token(claims), interaction, Tokens.NO_HEADERS);
  }

  @ParameterizedTest
  @CsvSource({"CREATE", "READ", "VREAD", "UPDATE", "SEARCH_TYPE", "HISTORY_TYPE", "CAPABILITIES"})
  void passesAWholeToken(Interaction interaction) {
    assertThat(published(Tokens.published(), interaction)).isEmpty();
    assertThat(alpha(Tokens.alpha(), interaction)).isEmpty();
  }

  static Stream<Arguments> wrongClaims() {
    return Stream.of(
        Arguments.of("iss", "", "a text"),
        Arguments.of("iss", "not a uri", "a URI"),
        Arguments.of("iss", "relative/uri", "a URI"),
        Arguments.of("sub", "somebody else", "the value of requesting_system"),
        Arguments.of("sub", 7, "type number"),
        Arguments.of("aud", "https://example.org", "https://clinicals.spineservices.nhs.uk"),
        Arguments.of("aud", List.of("https://example.org"), "a list without it"),
        Arguments.of("aud", List.of(), "a list without it"),
        Arguments.of("iat", "1800000000", "type string"),
        Arguments.of("iat", 1.5, "type number"),
        Arguments.of("iat", Tokens.NOW + 31, "one 31 s ahead"),
        Arguments.of("iat", -1, "a whole number"),
        Arguments.of("exp", Tokens.NOW - 30, "expired 30 s ago"),
        Arguments.of("exp", Tokens.NOW + 301, "at most 300 s after iat; found 301 s"),
        Arguments.of("exp", Tokens.NOW, "at most 300 s after iat; found 0 s"),
        Arguments.of("exp", Long.MAX_VALUE, "at most 300 s after iat"),
        Arguments.of("exp", "soon", "type string"),
        Arguments.of("reason_for_request", "curiosity", "expected patientaccess"),
        Arguments.of("scope", "patient/consent.write", "patient/consent.read or consent/*.read"),
        Arguments.of("scope", "patient/*.read", "found 'patient/*.read'"),
        Arguments.of("scope", List.of("patient/consent.read"), "type array"),
        Arguments.of("requesting_system", "200000000205", "accredited-system|[value]"),
        Arguments.of("requesting_system", "https://example.org|1", "accredited-system|[value]"),
        Arguments.of("requesting_system", ASID + "|more", "accredited-system|[value]"),
        Arguments.of("requesting_user", "4711", "[naming system]|[value]"),
        Arguments.of("requesting_patient", Tokens.PATIENT, "nhs-number|[value]"),
        Arguments.of("requesting_patient", NHS + "0", "nhs-number|[value]"));
  }

  @ParameterizedTest
  @MethodSource("wrongClaims")
  void namesTheClaimWhatWasExpectedAndWhatWasFound(String claim, Object value, String told) {
    Refusal refusal =
        published(Tokens.with(Tokens.published(), claim, value), Interaction.READ).orElseThrow();

    assertThat(refusal.situation()).isEqualTo(Situation.INVALID_TOKEN);
    assertThat(refusal.diagnostics())
        .anySatisfy(
            text ->
                assertThat(text)
                    .startsWith(claim + ": expected ")
                    .contains("; found ")
                    .contains(told));
  }

  static Stream<Arguments> required() {
    return Stream.concat(
        Tokens.published().keySet().stream()
            .map(claim -> Arguments.of(EditionFixtures.FACTS, Tokens.published(), claim)),
        Tokens.alpha().keySet().stream().map(claim -> Arguments.of(ALPHA, Tokens.alpha(), claim)));
  }

  @ParameterizedTest
  @MethodSource("required")
  void insistsOnEveryMandatoryClaim(Edition edition, Map<String, Object> whole, String claim) {
    ClaimPolicy policy = policy(edition, Map.of());
    for (Map<String, Object> claims :
        List.of(Tokens.without(whole, claim), Tokens.with(whole, claim, null))) {
      assertThat(policy.refusal(Tokens.token(claims), Interaction.READ, Tokens.NO_HEADERS))
          .hasValueSatisfying(
              refusal ->
                  assertThat(refusal.diagnostics())
                      .anySatisfy(
                          text ->
                              assertThat(text)
                                  .startsWith(claim + ": expected the claim in the token")));
    }
  }

  @Test
  void takesTheSubjectFromTheUserThenThePatientThenTheSystem() {
    Map<String, Object> patient = Tokens.with(Tokens.published(), "requesting_patient", NHS);
    Map<String, Object> user = Tokens.with(patient, "requesting_user", USER);

    assertThat(published(Tokens.with(user, "sub", USER), Interaction.READ)).isEmpty();
    assertThat(published(Tokens.with(user, "sub", NHS), Interaction.READ)).isPresent();
    assertThat(published(Tokens.with(user, "sub", ASID), Interaction.READ)).isPresent();
    assertThat(published(Tokens.with(patient, "sub", NHS), Interaction.READ)).isEmpty();
    assertThat(published(Tokens.with(patient, "sub", ASID), Interaction.READ)).isPresent();
  }

  @ParameterizedTest
  @CsvSource({
    "CREATE, patient/consent.write, true",
    "CREATE, consent/*.create, true",
    "CREATE, consent/*.update, false",
    "CREATE, patient/consent.read, false",
    "UPDATE, patient/consent.write, true",
    "UPDATE, consent/*.update, true",
    "UPDATE, consent/*.create, false",
    "READ, consent/*.read, true",
    "HISTORY_INSTANCE, patient/consent.read, true",
    "HISTORY_TYPE, patient/consent.write, false",
    "SEARCH_TYPE, PATIENT/CONSENT.READ, false",
    "CAPABILITIES, nothing, true",
  })
  void scopesBoundWhatMayBeDone(Interaction interaction, String scope, boolean allowed) {
    assertThat(published(Tokens.with(Tokens.published(), "scope", scope), interaction).isEmpty())
        .isEqualTo(allowed);
  }

  @Test
  void theAlphaTakesAnyScopeOfConsent() {
    Map<String, Object> other = Tokens.with(Tokens.alpha(), "requested_scopes", "patient/*.read");

    assertThat(alpha(Tokens.alpha(), Interaction.CREATE)).isEmpty();
    assertThat(alpha(other, Interaction.READ)).isPresent();
  }

  @Test
  void theAlphasSubjectAgreesWithTheActor() {
    Map<String, Object> whole =
        Tokens.with(Tokens.alpha(), "sub", Tokens.alpha().get("requesting_actor"));

    assertThat(alpha(whole, Interaction.READ)).isEmpty();
    for (String other : List.of("711", "Practitioner/4711", "4712")) {
      assertThat(alpha(Tokens.with(Tokens.alpha(), "sub", other), Interaction.READ)).isPresent();
    }
  }

  @Test
  void theAlphasRecordIsAConsentOfAPatient() {
    for (Object other :
        Arrays.asList(
            "Consent",
            Map.of(),
            Tokens.record("Patient", Tokens.PATIENT),
            Tokens.record("Consent", "99"))) {
      assertThat(alpha(Tokens.with(Tokens.alpha(), "requested_record", other), Interaction.READ))
          .hasValueSatisfying(
              refusal -> assertThat(refusal.diagnostics().get(0)).startsWith("requested_record: "));
    }
  }

  @Test
  void theSystemAgreesWithTheHeader() {
    ClaimPolicy policy = policy(EditionFixtures.FACTS, Map.of());
    Token token = Tokens.token(Tokens.published());

    assertThat(policy.refusal(token, Interaction.READ, from("200000000205"))).isEmpty();
    assertThat(policy.refusal(token, Interaction.READ, from("200000000206")))
        .hasValueSatisfying(
            refusal ->
                assertThat(refusal.diagnostics().get(0))
                    .startsWith("requesting_system: expected the value of Ssp-From"));
  }

  @Test
  void aDeploymentMayHaveItsOwnAudienceAndReasons() {
    ClaimPolicy policy =
        policy(
            EditionFixtures.FACTS,
            Map.of(
                "audience", List.of("https://own.example"),
                "reasons", List.of("patientaccess", "directcare")));
    Map<String, Object> own = Tokens.with(Tokens.published(), "aud", "https://own.example");

    assertThat(policy.refusal(Tokens.token(own), Interaction.READ, Tokens.NO_HEADERS)).isEmpty();
    assertThat(
            policy.refusal(
                Tokens.token(Tokens.with(own, "reason_for_request", "directcare")),
                Interaction.READ,
                Tokens.NO_HEADERS))
        .isEmpty();
    assertThat(
            policy.refusal(Tokens.token(Tokens.published()), Interaction.READ, Tokens.NO_HEADERS))
        .isPresent();
  }

  @Test
  void theFirstDraftHasNoClaims() {
    Edition draft = EditionFixtures.factsOf("noom-draft");

    assertThat(
            policy(draft, Map.of())
                .refusal(Tokens.token(Map.of()), Interaction.CREATE, Tokens.NO_HEADERS))
        .isEmpty();
  }

  @Test
  void signedTokensHaveTimesInEveryEdition() {
    Edition draft = EditionFixtures.factsOf("noom-draft");
    ClaimPolicy policy = policy(draft, Map.of()).insistingOnTimes();

    assertThat(policy.refusal(Tokens.token(Map.of()), Interaction.CREATE, Tokens.NO_HEADERS))
        .hasValueSatisfying(refusal -> assertThat(refusal.diagnostics()).hasSize(2));
    assertThat(
            policy.refusal(
                Tokens.token(Map.of("iat", Tokens.NOW, "exp", Tokens.NOW + 301)),
                Interaction.CREATE,
                Tokens.NO_HEADERS))
        .isPresent();
    assertThat(
            policy.refusal(
                Tokens.token(Map.of("iat", Tokens.NOW, "exp", Tokens.NOW + 300)),
                Interaction.CREATE,
                Tokens.NO_HEADERS))
        .isEmpty();
  }

  @Test
  void repeatsNoNhsNumber() {
    Map<String, Object> claims =
        Tokens.with(Tokens.published(), "requesting_patient", "nhs|" + Tokens.PATIENT);

    assertThat(published(claims, Interaction.READ).orElseThrow().diagnostics().toString())
        .doesNotContain(Tokens.PATIENT);
  }

  private static AuditHeaders from(String asid) {
    return new AuditHeaders(
        Optional.empty(),
        Optional.empty(),
        Optional.of(asid),
        Optional.empty(),
        Optional.empty(),
        List.of());
  }
}
