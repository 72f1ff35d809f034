package ndop.fhir.policy;

import java.util.Optional;
import ndop.fhir.edition.Edition;

/**
 * The caller, as far as the request identifies it.
 *
 * @param trace the id of the request's trace, or empty
 * @param from the calling system by the header, or empty
 * @param interactionId the id of the interaction, or empty
 * @param subject the token's subject, or empty
 * @param system the calling system by the token, or empty
 * @param user the user by the token, or empty
 * @param patient the patient by the token, or empty; it may contain an NHS number
 * @param boundTo the NHS number of the patient to whose resources the token is confined, or empty
 */
public record Caller(
    Optional<String> trace,
    Optional<String> from,
    Optional<String> interactionId,
    Optional<String> subject,
    Optional<String> system,
    Optional<String> user,
    Optional<String> patient,
    Optional<String> boundTo) {

  /** The caller of a request without headers. */
  public static final Caller UNKNOWN =
      new Caller(
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          Optional.empty());

  /** Reads the caller from the headers, and from the token where there is one. */
  static Caller of(Edition edition, AuditHeaders headers, Optional<Token> token) {
    ClaimReader claims = new ClaimReader(edition);
    return new Caller(
        headers.trace(),
        headers.from(),
        headers.interaction(),
        token.flatMap(sent -> sent.text("sub")),
        token.flatMap(sent -> claims.named(sent, "system")),
        token.flatMap(sent -> claims.named(sent, "user")),
        token.flatMap(sent -> claims.named(sent, "patient")),
        token.flatMap(claims::boundTo));
  }
}
