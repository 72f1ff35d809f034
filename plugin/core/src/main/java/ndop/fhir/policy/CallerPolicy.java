package ndop.fhir.policy;

import java.util.List;
import java.util.Optional;
import ndop.fhir.edition.Edition;

/**
 * Who may ask: the audit headers, the token's form, its signature, its claims and whether it was
 * used before, judged in this order and by the mode (decision D-08, NDOP-150 to NDOP-176).
 */
public final class CallerPolicy {

  private final Edition edition;
  private final AuditMode mode;
  private final HeaderPolicy headerPolicy;
  private final SignaturePolicy signatures;
  private final ClaimPolicy claims;
  private final Optional<ReplayPolicy> replays;

  /** Takes {@code replays} where a token may be used once only. */
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
   * Judges a request by its headers.
   *
   * @param interaction what the request asks for, or null where it is none of the API's
   */
  public CallerDecision decide(AuditHeaders headers, Interaction interaction) {
    if (mode == AuditMode.OFF) {
      return new CallerDecision(Caller.UNKNOWN, Optional.empty());
    }
    Optional<Token> token = Optional.empty();
    Optional<Outcome> wrongToken = Optional.empty();
    if (headers.token().isPresent()) {
      try {
        token = Optional.of(Token.of(headers.token().get()));
      } catch (Token.MalformedException malformed) {
        wrongToken = refused(malformed.getMessage());
      }
    } else if (mode == AuditMode.REQUIRED) {
      wrongToken =
          Optional.of(
              Outcome.of(Situation.INVALID_TOKEN, "The Authorisation header must be supplied"));
    }
    Caller caller = Caller.of(edition, headers, token);
    Optional<Outcome> wrong = wrongToken.or(() -> headerPolicy.refusal(headers, interaction));
    if (wrong.isPresent() || token.isEmpty()) {
      return new CallerDecision(caller, wrong);
    }
    Token sent = token.get();
    return new CallerDecision(
        caller,
        signatures
            .problem(sent)
            .flatMap(this::refused)
            .or(() -> claims.refusal(sent, interaction, headers))
            .or(() -> replays.flatMap(policy -> policy.problem(sent)).flatMap(this::refused)));
  }

  private Optional<Outcome> refused(String problem) {
    return Optional.of(
        new Outcome(
            Situation.INVALID_TOKEN,
            List.of(edition.audit().headers().token().get(0) + ": " + problem)));
  }
}
