package ndop.fhir.policy;

import java.util.Optional;

/**
 * Limits the size of a body, as it is sent and as it is after decompression.
 *
 * @param limit the maximum size in bytes
 */
public record BodySizePolicy(int limit) {

  /** The reason for refusing a body of {@code size} bytes, or of more; -1: not known yet. */
  public Optional<Outcome> refusal(long size) {
    return size > limit
        ? Optional.of(
            Outcome.of(
                Situation.BODY_TOO_LARGE,
                "Expected a body of at most %d bytes; found more.".formatted(limit)))
        : Optional.empty();
  }
}
