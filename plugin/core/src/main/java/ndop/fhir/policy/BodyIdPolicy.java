package ndop.fhir.policy;

import java.util.Optional;
import org.hl7.fhir.instance.model.api.IBaseResource;

/**
 * Decides whether the id of a body fits the write (NDOP-114, NDOP-117, NDOP-118, decision D-01).
 */
public final class BodyIdPolicy {

  private BodyIdPolicy() {}

  /** The reason for refusing a create; empty if the body has no id. */
  public static Optional<Outcome> refusalOfCreate(IBaseResource body) {
    return body.getIdElement().getIdPart() == null
        ? Optional.empty()
        : Optional.of(
            Outcome.of(
                Situation.CLIENT_ASSIGNED_ID,
                "A new resource gets its id from the server; found an id in the body."));
  }

  /**
   * The reason for refusing an update; empty if the body has an id, which is that of the URL.
   *
   * @param idOfUrl the id in the URL, or null if it is not known
   */
  public static Optional<Outcome> refusalOfUpdate(IBaseResource body, String idOfUrl) {
    String id = body.getIdElement().getIdPart();
    boolean fits = id != null && (idOfUrl == null || idOfUrl.equals(id));
    return fits
        ? Optional.empty()
        : Optional.of(
            Outcome.of(
                Situation.BODY_ID_MISSING,
                "Expected the id of the URL in the body; found %s."
                    .formatted(id == null ? "none" : "another")));
  }
}
