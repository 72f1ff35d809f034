package ndop.fhir.policy;

import java.util.List;
import java.util.Optional;
import ndop.fhir.edition.Edition;

/**
 * Decides from the audit headers and the token whether a caller may use the API at all. It checks
 * first their form, then the signature, the claims, and whether the token has been used before. The
 * mode determines what may be missing (decision D-08, NDOP-150 to NDOP-176).
 *
 * <p>Which patients the caller may see is not decided here; the {@link Caller} says to which
 * patient the token is bound.
 *
 * @see HeaderPolicy
 * @see SignaturePolicy
 * @see ClaimPolicy
 * @see ReplayPolicy
 */
public final class CallerPolicy {

  private final Edition edition;
  private final AuditMode mode;
  private final HeaderPolicy headerPolicy;
  private final SignaturePolicy signatures;
  private final ClaimPolicy claims;
  private final Optional<ReplayPolicy> replays;

  /** Takes a {@code replays} policy if a token may be used only once. */
  public CallerPolicy(
      Edition edition,
      AuditMode mode,
      SignaturePolicy signatures,
      ClaimPolicy claims,
      Optional<ReplayPolicy> replays) {
    this.edition = edition;
    this.mode = mode;
    this.headerPolicy = new HeaderPolicy(edition, mode);
    this.signatures = signatures;
    this.claims = claims;
    this.replays = replays;
  }

  /**
   * Decides whether a request with these headers is accepted.
   *
   * @param interaction the interaction that is requested, or null if it is not part of the API
   */
  public CallerDecision decide(AuditHeaders headers, Interaction interaction) {
    if (mode == AuditMode.OFF) {
      return new CallerDecision(Caller.UNKNOWN, Optional.empty());
    }
    Optional<Token> token = Optional.empty();
    Optional<Outcome> tokenRefusal = Optional.empty();
    if (!headers.conflictingToken().isEmpty()) {
      tokenRefusal =
          Optional.of(
              Outcome.of(
                  Situation.INVALID_TOKEN,
                  String.join(", ", headers.conflictingToken())
                      + ": expected one token; found several."));
    } else if (headers.token().isPresent()) {
      try {
        token = Optional.of(Token.of(headers.token().get()));
      } catch (Token.MalformedException malformed) {
        tokenRefusal = refused(malformed.getMessage());
      }
    } else if (mode == AuditMode.REQUIRED) {
      tokenRefusal =
          Optional.of(
              Outcome.of(Situation.INVALID_TOKEN, "The Authorisation header must be supplied"));
    }
    Caller caller = Caller.of(edition, headers, token);
    Optional<Outcome> refusal = tokenRefusal.or(() -> headerPolicy.refusal(headers, interaction));
    if (refusal.isPresent() || token.isEmpty()) {
      return new CallerDecision(caller, refusal);
    }
    Token sent = token.get();
    return new CallerDecision(
        caller,
        signatureRefusal(sent)
            .or(() -> claims.refusal(sent, interaction, headers))
            .or(() -> replays.flatMap(policy -> policy.refusal(sent))));
  }

  private Optional<Outcome> signatureRefusal(Token sent) {
    try {
      return signatures.problem(sent).flatMap(this::refused);
    } catch (SignaturePolicy.KeysUnavailableException outage) {
      return Optional.of(
          Outcome.of(
              Situation.STORE_UNAVAILABLE,
              "The keys of tokens cannot be read; repeat the request."));
    }
  }

  private Optional<Outcome> refused(String problem) {
    return Optional.of(
        new Outcome(
            Situation.INVALID_TOKEN,
            List.of(edition.audit().headers().token().get(0) + ": " + problem)));
  }
}
