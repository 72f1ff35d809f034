package ndop.fhir.policy;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ndop.fhir.edition.Edition;

/**
 * Checks the claims of a token, each against the edition's table of claims (NDOP-156 to NDOP-169).
 * Every claim that is wrong is reported.
 *
 * <p>It does not verify who issued the token: {@link SignaturePolicy} does.
 */
public final class ClaimPolicy {

  /** The maximum lifetime of a token in seconds, if the edition does not give one. */
  private static final int DEFAULT_LIFETIME = 300;

  private static final String ISSUED = "iat";
  private static final String EXPIRES = "exp";
  private static final String NOT_BEFORE = "nbf";

  /** The only claim that may be a list (RFC 7519, section 4.1.3). */
  private static final String AUDIENCE = "aud";

  private final Edition edition;
  private final Map<String, Edition.Claim> table;
  private final long lifetime;
  private final Map<String, List<String>> values;
  private final long tolerance;
  private final Clock clock;
  private final ClaimReader reader;

  /**
   * @param values a deployment's own values instead of the edition's, by the claim's setting
   * @param tolerance how far the clocks of caller and server may differ
   */
  public ClaimPolicy(
      Edition edition, Map<String, List<String>> values, Duration tolerance, Clock clock) {
    this.edition = edition;
    this.table = new LinkedHashMap<>(edition.audit().claims());
    // Times that a token has are times that it means, in every edition (RFC 7519, section 4.1).
    List.of(ISSUED, EXPIRES, NOT_BEFORE).forEach(name -> table.putIfAbsent(name, time(false)));
    this.lifetime = lifetimeOf(edition);
    this.values = values;
    this.tolerance = tolerance.toSeconds();
    this.clock = clock;
    this.reader = new ClaimReader(edition);
  }

  /** The maximum lifetime of a token in the edition, in seconds. */
  public static long lifetimeOf(Edition edition) {
    return edition.audit().lifetime() == null ? DEFAULT_LIFETIME : edition.audit().lifetime();
  }

  /**
   * Requires the times of issue and expiry, even if the edition has no such claims: a signed token
   * that never expires could be used by anyone who finds it. Returns this policy.
   */
  public ClaimPolicy requireTimes() {
    table.put(ISSUED, time(true));
    table.put(EXPIRES, time(true));
    return this;
  }

  private static Edition.Claim time(boolean required) {
    return new Edition.Claim(
        required, "seconds", List.of(), null, List.of(), null, null, null, null, null, false);
  }

  /**
   * The reason for refusing the token; empty if it is accepted.
   *
   * @param interaction the interaction that is requested, or null if it is not part of the API
   */
  public Optional<Outcome> refusal(Token token, Interaction interaction, AuditHeaders headers) {
    List<String> problems = new ArrayList<>();
    table.forEach(
        (name, claim) ->
            problem(token, name, claim, interaction, headers)
                .ifPresent(problem -> problems.add(name + ": " + problem)));
    return problems.isEmpty()
        ? Optional.empty()
        : Optional.of(new Outcome(Situation.INVALID_TOKEN, List.copyOf(problems)));
  }

  private Optional<String> problem(
      Token token,
      String name,
      Edition.Claim claim,
      Interaction interaction,
      AuditHeaders headers) {
    JsonNode found = token.claims().get(name);
    if (found == null) {
      return claim.required() ? problem("the claim in the token", "none") : Optional.empty();
    }
    if (found.isNull()) {
      return problem(
          claim.required() ? "the claim in the token" : "a value, or no such claim", "null");
    }
    return switch (claim.form()) {
      case "seconds" -> seconds(token, name, found);
      case "record" ->
          reader.namesPatient(found)
              ? Optional.empty()
              : problem(
                  "a %s whose patient is named by NHS number".formatted(edition.resourceType()),
                  "another");
      default ->
          name.equals(AUDIENCE) && found.isArray()
              ? audiences(claim, found)
              : text(token, claim, found, interaction, headers);
    };
  }

  /** One of the audiences must be this one; who the others are is the issuer's concern. */
  private Optional<String> audiences(Edition.Claim claim, JsonNode found) {
    boolean among = false;
    for (JsonNode one : found) {
      if (!one.isTextual() || one.asText().isBlank()) {
        return problem("a list of texts", "a list with something else");
      }
      among |= accepted(claim).contains(one.asText());
    }
    return among ? Optional.empty() : problem(either(accepted(claim)), "a list without it");
  }

  private Optional<String> text(
      Token token,
      Edition.Claim claim,
      JsonNode found,
      Interaction interaction,
      AuditHeaders headers) {
    List<String> accepted = accepted(claim);
    if (!found.isTextual() || found.asText().isBlank()) {
      return problem("a text", found.isTextual() ? "an empty one" : kind(found));
    }
    String value = found.asText();
    if (!accepted.isEmpty() && !accepted.contains(value)) {
      return problem(either(accepted), QuotedInput.of(value));
    }
    if (claim.form().equals("uri") && !isUri(value)) {
      return problem("a URI", QuotedInput.of(value));
    }
    if (claim.form().equals("identifier")) {
      return identifier(claim, value, headers);
    }
    if (claim.scopes() != null && interaction != null) {
      return scope(claim, value, interaction);
    }
    return claim.sameAs().isEmpty() ? Optional.empty() : sameAs(token, claim, value);
  }

  private List<String> accepted(Edition.Claim claim) {
    return claim.setting() == null
        ? claim.oneOf()
        : values.getOrDefault(claim.setting(), claim.oneOf());
  }

  private Optional<String> seconds(Token token, String name, JsonNode found) {
    if (!found.isIntegralNumber() || !found.canConvertToLong() || found.asLong() < 0) {
      return problem("seconds since 1970 in UTC, a whole number", kind(found));
    }
    long now = clock.instant().getEpochSecond();
    long value = found.asLong();
    if (name.equals(ISSUED) && value > now + tolerance) {
      return problem("a time that is not in the future", "one %d s ahead".formatted(value - now));
    }
    if (name.equals(NOT_BEFORE) && value > now + tolerance) {
      return problem(
          "a time that is not in the future",
          "a token that is valid only in %d s".formatted(value - now));
    }
    if (name.equals(EXPIRES)) {
      if (value <= now - tolerance) {
        return problem(
            "a time in the future", "a token that expired %d s ago".formatted(now - value));
      }
      return lifetime(token, value);
    }
    return Optional.empty();
  }

  private Optional<String> lifetime(Token token, long expires) {
    JsonNode issued = token.claims().path(ISSUED);
    boolean bounded = table.get(EXPIRES).required();
    if (!bounded || !issued.canConvertToLong() || !issued.isIntegralNumber()) {
      return Optional.empty();
    }
    // They may be of any size: the difference must not overflow.
    long lives = Math.max(expires, 0) - Math.max(issued.asLong(), 0);
    return lives > 0 && lives <= lifetime
        ? Optional.empty()
        : problem("at most %d s after iat".formatted(lifetime), lives + " s");
  }

  private Optional<String> identifier(Edition.Claim claim, String value, AuditHeaders headers) {
    Optional<String> held = reader.identifierValue(claim, value);
    if (held.isEmpty()) {
      return problem(
          "%s|[value]".formatted(claim.system() == null ? "[naming system]" : claim.system()),
          QuotedInput.of(value));
    }
    boolean differs =
        "from".equals(claim.header()) && headers.from().isPresent() && !headers.from().equals(held);
    return differs
        ? problem(
            "the value of " + edition.audit().headers().from().get(0), QuotedInput.of(held.get()))
        : Optional.empty();
  }

  private Optional<String> scope(Edition.Claim claim, String value, Interaction interaction) {
    Optional<List<String>> fitting = interaction.access().map(claim.scopes()::get);
    boolean covered =
        fitting.isEmpty() || Arrays.stream(value.split(" +")).anyMatch(fitting.get()::contains);
    return covered ? Optional.empty() : problem(either(fitting.get()), QuotedInput.of(value));
  }

  private Optional<String> sameAs(Token token, Edition.Claim claim, String value) {
    for (String other : claim.sameAs()) {
      Optional<String> held = token.text(other);
      if (held.isPresent()) {
        boolean reference = edition.audit().claims().get(other).form().equals("reference");
        boolean same =
            held.get().equals(value)
                || (reference && held.get().endsWith("/" + value) && !value.contains("/"));
        return same ? Optional.empty() : problem("the value of " + other, QuotedInput.of(value));
      }
    }
    // A missing claim is reported under its own name.
    return Optional.empty();
  }

  private static boolean isUri(String value) {
    try {
      return new URI(value).isAbsolute();
    } catch (URISyntaxException malformed) {
      return false;
    }
  }

  private static String kind(JsonNode found) {
    return "a value of the type " + found.getNodeType().name().toLowerCase(java.util.Locale.ROOT);
  }

  private static String either(List<String> values) {
    return String.join(" or ", values);
  }

  private static Optional<String> problem(String expected, String found) {
    return Optional.of("expected %s; found %s.".formatted(expected, found));
  }
}
