package ndop.fhir.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
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
  private static final String AUDIENCE = "https://clinicals.spineservices.nhs.uk";
  private static final String NHS = "http://fhir.nhs.net/Id/nhs-number|" + TokenFixtures.PATIENT;
  private static final String USER = "https://fhir.nhs.uk/Id/sds-role-profile-id|4711";

  private static ClaimPolicy policy(Edition edition, Map<String, List<String>> values) {
    return new ClaimPolicy(edition, values, Duration.ofSeconds(30), TokenFixtures.CLOCK);
  }

  private static Optional<Outcome> published(Map<String, Object> claims, Interaction interaction) {
    return policy(EditionFixtures.FACTS, Map.of())
        .refusal(TokenFixtures.token(claims), interaction, TokenFixtures.NO_HEADERS);
  }

  private static Optional<Outcome> alpha(Map<String, Object> claims, Interaction interaction) {
    return policy(ALPHA, Map.of())
        .refusal(TokenFixtures.token(claims), interaction, TokenFixtures.NO_HEADERS);
  }

  @ParameterizedTest
  @CsvSource({"CREATE", "READ", "VREAD", "UPDATE", "SEARCH_TYPE", "HISTORY_TYPE", "CAPABILITIES"})
  void acceptsACompleteToken(Interaction interaction) {
    assertThat(published(TokenFixtures.published(), interaction)).isEmpty();
    assertThat(alpha(TokenFixtures.alpha(), interaction)).isEmpty();
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
        Arguments.of("aud", List.of(AUDIENCE, 7), "a list with something else"),
        Arguments.of("aud", List.of(AUDIENCE, ""), "a list with something else"),
        Arguments.of("aud", List.of(List.of(AUDIENCE)), "a list with something else"),
        Arguments.of("aud", Map.of("value", AUDIENCE), "type object"),
        Arguments.of("aud", AUDIENCE + "/", "expected " + AUDIENCE),
        Arguments.of("aud", AUDIENCE.toUpperCase(Locale.ROOT), "expected " + AUDIENCE),
        Arguments.of("nbf", TokenFixtures.NOW + 31, "valid only in 31 s"),
        Arguments.of("nbf", Long.MAX_VALUE, "valid only in"),
        Arguments.of("nbf", String.valueOf(TokenFixtures.NOW), "type string"),
        Arguments.of("nbf", TokenFixtures.NOW + 0.5, "type number"),
        Arguments.of("nbf", -1, "a whole number"),
        Arguments.of("nbf", null, "a value, or no such claim; found null"),
        Arguments.of("nbf", List.of(TokenFixtures.NOW), "type array"),
        Arguments.of("exp", (double) TokenFixtures.NOW + 300, "type number"),
        Arguments.of("exp", -1, "a whole number"),
        Arguments.of("exp", new BigInteger("9".repeat(30)), "type number"),
        Arguments.of("exp", true, "type boolean"),
        Arguments.of("reason_for_request", List.of("patientaccess"), "type array"),
        Arguments.of("reason_for_request", List.of("patientaccess", "curiosity"), "type array"),
        Arguments.of("reason_for_request", Map.of("patientaccess", true), "type object"),
        Arguments.of("reason_for_request", "PatientAccess", "expected patientaccess"),
        Arguments.of("reason_for_request", "patientaccess curiosity", "expected patientaccess"),
        Arguments.of("reason_for_request", "patientaccess ", "expected patientaccess"),
        Arguments.of("iss", List.of("https://portal.example"), "type array"),
        Arguments.of("sub", List.of(ASID), "type array"),
        Arguments.of("requesting_system", List.of(ASID), "type array"),
        Arguments.of("requesting_patient", List.of(NHS), "type array"),
        Arguments.of("requesting_patient", null, "found null"),
        Arguments.of("requesting_user", "", "an empty one"),
        Arguments.of("iat", "1800000000", "type string"),
        Arguments.of("iat", 1.5, "type number"),
        Arguments.of("iat", TokenFixtures.NOW + 31, "one 31 s ahead"),
        Arguments.of("iat", -1, "a whole number"),
        Arguments.of("exp", TokenFixtures.NOW - 30, "expired 30 s ago"),
        Arguments.of("exp", TokenFixtures.NOW + 301, "at most 300 s after iat; found 301 s"),
        Arguments.of("exp", TokenFixtures.NOW, "at most 300 s after iat; found 0 s"),
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
        Arguments.of("requesting_patient", TokenFixtures.PATIENT, "nhs-number|[value]"),
        Arguments.of("requesting_patient", NHS + "0", "nhs-number|[value]"));
  }

  @ParameterizedTest
  @MethodSource("wrongClaims")
  void reportsTheClaimWhatWasExpectedAndWhatWasFound(String claim, Object value, String expected) {
    Outcome refusal =
        published(TokenFixtures.with(TokenFixtures.published(), claim, value), Interaction.READ)
            .orElseThrow();

    assertThat(refusal.situation()).isEqualTo(Situation.INVALID_TOKEN);
    assertThat(refusal.diagnostics())
        .anySatisfy(
            text ->
                assertThat(text)
                    .startsWith(claim + ": expected ")
                    .contains("; found ")
                    .contains(expected));
  }

  static Stream<Arguments> required() {
    return Stream.concat(
        TokenFixtures.published().keySet().stream()
            .map(claim -> Arguments.of(EditionFixtures.FACTS, TokenFixtures.published(), claim)),
        TokenFixtures.alpha().keySet().stream()
            .map(claim -> Arguments.of(ALPHA, TokenFixtures.alpha(), claim)));
  }

  @ParameterizedTest
  @MethodSource("required")
  void requiresEveryMandatoryClaim(Edition edition, Map<String, Object> whole, String claim) {
    ClaimPolicy policy = policy(edition, Map.of());
    for (Map<String, Object> claims :
        List.of(TokenFixtures.without(whole, claim), TokenFixtures.with(whole, claim, null))) {
      assertThat(
              policy.refusal(
                  TokenFixtures.token(claims), Interaction.READ, TokenFixtures.NO_HEADERS))
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
    Map<String, Object> patient =
        TokenFixtures.with(TokenFixtures.published(), "requesting_patient", NHS);
    Map<String, Object> user = TokenFixtures.with(patient, "requesting_user", USER);

    assertThat(published(TokenFixtures.with(user, "sub", USER), Interaction.READ)).isEmpty();
    assertThat(published(TokenFixtures.with(user, "sub", NHS), Interaction.READ)).isPresent();
    assertThat(published(TokenFixtures.with(user, "sub", ASID), Interaction.READ)).isPresent();
    assertThat(published(TokenFixtures.with(patient, "sub", NHS), Interaction.READ)).isEmpty();
    assertThat(published(TokenFixtures.with(patient, "sub", ASID), Interaction.READ)).isPresent();
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
  void scopesLimitWhatIsAllowed(Interaction interaction, String scope, boolean allowed) {
    assertThat(
            published(TokenFixtures.with(TokenFixtures.published(), "scope", scope), interaction)
                .isEmpty())
        .isEqualTo(allowed);
  }

  @Test
  void theAlphaTakesAnyScopeOfConsent() {
    Map<String, Object> other =
        TokenFixtures.with(TokenFixtures.alpha(), "requested_scopes", "patient/*.read");

    assertThat(alpha(TokenFixtures.alpha(), Interaction.CREATE)).isEmpty();
    assertThat(alpha(other, Interaction.READ)).isPresent();
  }

  @Test
  void theAlphasSubjectAgreesWithTheActor() {
    Map<String, Object> whole =
        TokenFixtures.with(
            TokenFixtures.alpha(), "sub", TokenFixtures.alpha().get("requesting_actor"));

    assertThat(alpha(whole, Interaction.READ)).isEmpty();
    for (String other : List.of("711", "Practitioner/4711", "4712")) {
      assertThat(alpha(TokenFixtures.with(TokenFixtures.alpha(), "sub", other), Interaction.READ))
          .isPresent();
    }
  }

  @Test
  void theAlphasRecordIsAConsentOfAPatient() {
    for (Object other :
        Arrays.asList(
            "Consent",
            Map.of(),
            List.of(TokenFixtures.record("Consent", TokenFixtures.PATIENT)),
            recordOf(
                List.of(reference(TokenFixtures.PATIENT), reference(TokenFixtures.OTHER_PATIENT))),
            recordOf(
                Map.of("reference", List.of(reference(TokenFixtures.PATIENT).get("reference")))),
            recordOf(
                Map.of(
                    "reference",
                    reference(TokenFixtures.PATIENT).get("reference"),
                    "identifier",
                    Map.of("value", TokenFixtures.OTHER_PATIENT))),
            TokenFixtures.record("Patient", TokenFixtures.PATIENT),
            TokenFixtures.record("Consent", "99"))) {
      assertThat(
              alpha(
                  TokenFixtures.with(TokenFixtures.alpha(), "requested_record", other),
                  Interaction.READ))
          .hasValueSatisfying(
              refusal -> assertThat(refusal.diagnostics().get(0)).startsWith("requested_record: "));
    }
  }

  private static Map<String, Object> reference(String nhsNumber) {
    return Map.of(
        "reference", "https://demographics.spineservices.nhs.uk/STU3/Patient/" + nhsNumber);
  }

  private static Map<String, Object> recordOf(Object patient) {
    return Map.of("resourceType", "Consent", "patient", patient);
  }

  @Test
  void theSystemAgreesWithTheHeader() {
    ClaimPolicy policy = policy(EditionFixtures.FACTS, Map.of());
    Token token = TokenFixtures.token(TokenFixtures.published());

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
    Map<String, Object> own =
        TokenFixtures.with(TokenFixtures.published(), "aud", "https://own.example");

    assertThat(policy.refusal(TokenFixtures.token(own), Interaction.READ, TokenFixtures.NO_HEADERS))
        .isEmpty();
    assertThat(
            policy.refusal(
                TokenFixtures.token(TokenFixtures.with(own, "reason_for_request", "directcare")),
                Interaction.READ,
                TokenFixtures.NO_HEADERS))
        .isEmpty();
    assertThat(
            policy.refusal(
                TokenFixtures.token(TokenFixtures.published()),
                Interaction.READ,
                TokenFixtures.NO_HEADERS))
        .isPresent();
  }

  @Test
  void aListOfAudiencesMayNameOthersToo() {
    Map<String, Object> claims =
        TokenFixtures.with(
            TokenFixtures.published(), "aud", List.of("https://example.org", AUDIENCE));

    assertThat(published(claims, Interaction.READ)).isEmpty();
  }

  @Test
  void clocksMayDifferByTheToleranceAndNoMore() {
    long now = TokenFixtures.NOW;
    for (Map<String, Object> claims :
        List.of(
            Map.<String, Object>of("iat", now + 30, "exp", now + 330),
            Map.<String, Object>of("iat", now - 329, "exp", now - 29),
            Map.<String, Object>of("iat", now, "exp", now + 1, "nbf", now + 30))) {
      Map<String, Object> whole = new LinkedHashMap<>(TokenFixtures.published());
      whole.putAll(claims);
      assertThat(published(whole, Interaction.READ)).as(claims.toString()).isEmpty();
    }
  }

  @Test
  void timesHoldInTheFirstDraftTooIfATokenHasThem() {
    ClaimPolicy policy = policy(EditionFixtures.factsOf("noom-draft"), Map.of());
    long now = TokenFixtures.NOW;
    for (Map<String, Object> claims :
        List.of(
            Map.<String, Object>of("exp", now - 30),
            Map.<String, Object>of("exp", "soon"),
            Map.<String, Object>of("nbf", now + 31),
            Map.<String, Object>of("iat", now + 31))) {
      assertThat(
              policy.refusal(
                  TokenFixtures.token(claims), Interaction.READ, TokenFixtures.NO_HEADERS))
          .as(claims.toString())
          .isPresent();
    }
    // How long a token lives is a rule of the other editions.
    assertThat(
            policy.refusal(
                TokenFixtures.token(Map.of("iat", now, "nbf", now, "exp", now + 3600)),
                Interaction.READ,
                TokenFixtures.NO_HEADERS))
        .isEmpty();
  }

  @Test
  void theFirstDraftHasNoClaims() {
    Edition draft = EditionFixtures.factsOf("noom-draft");

    assertThat(
            policy(draft, Map.of())
                .refusal(
                    TokenFixtures.token(Map.of()), Interaction.CREATE, TokenFixtures.NO_HEADERS))
        .isEmpty();
  }

  @Test
  void signedTokensHaveTimesInEveryEdition() {
    Edition draft = EditionFixtures.factsOf("noom-draft");
    ClaimPolicy policy = policy(draft, Map.of()).requireTimes();

    assertThat(
            policy.refusal(
                TokenFixtures.token(Map.of()), Interaction.CREATE, TokenFixtures.NO_HEADERS))
        .hasValueSatisfying(refusal -> assertThat(refusal.diagnostics()).hasSize(2));
    assertThat(
            policy.refusal(
                TokenFixtures.token(
                    Map.of("iat", TokenFixtures.NOW, "exp", TokenFixtures.NOW + 301)),
                Interaction.CREATE,
                TokenFixtures.NO_HEADERS))
        .isPresent();
    assertThat(
            policy.refusal(
                TokenFixtures.token(
                    Map.of("iat", TokenFixtures.NOW, "exp", TokenFixtures.NOW + 300)),
                Interaction.CREATE,
                TokenFixtures.NO_HEADERS))
        .isEmpty();
  }

  @Test
  void doesNotRepeatNhsNumbers() {
    Map<String, Object> claims =
        TokenFixtures.with(
            TokenFixtures.published(), "requesting_patient", "nhs|" + TokenFixtures.PATIENT);

    assertThat(published(claims, Interaction.READ).orElseThrow().diagnostics().toString())
        .doesNotContain(TokenFixtures.PATIENT);
  }

  private static AuditHeaders from(String asid) {
    return new AuditHeaders(
        Optional.empty(),
        Optional.empty(),
        Optional.of(asid),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        List.of());
  }
}
