package ndop.fhir.policy;

import static ndop.fhir.policy.Situation.CLIENT_ASSIGNED_ID;
import static ndop.fhir.policy.Situation.INTERACTION_REFUSED;
import static ndop.fhir.policy.Situation.MALFORMED_REQUEST;
import static ndop.fhir.policy.Situation.NOT_IMPLEMENTED;
import static ndop.fhir.policy.Situation.OTHER_TYPE_OR_OPERATION;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import ndop.fhir.edition.Edition;

/**
 * Decides which requests belong to the API, by method, path and headers. Anything not named here is
 * refused (NDOP-095, NDOP-116, NDOP-140 to NDOP-143, decision D-09).
 *
 * @see ParameterPolicy the parameters of the URL
 * @see MediaTypePolicy the media types
 */
public final class InteractionPolicy {

  private static final Pattern FHIR_ID = Pattern.compile("[A-Za-z0-9\\-.]{1,64}");
  private static final Set<String> READ_METHODS = Set.of("GET", "HEAD");
  private static final String HISTORY = "_history";

  private final Edition edition;

  public InteractionPolicy(Edition edition) {
    this.edition = edition;
  }

  /** The reason for refusing {@code request}; empty if it is part of the API. */
  public Optional<Outcome> refusal(RequestHead request) {
    if (request.headers().contains("if-none-exist")) {
      return refused(NOT_IMPLEMENTED, "Conditional create (If-None-Exist) is not supported.");
    }
    if (request.headers().contains("x-upsert-extistence-check")) {
      return refused(MALFORMED_REQUEST, "The header X-Upsert-Extistence-Check is not supported.");
    }
    Interaction requested = interaction(request);
    if (requested != null) {
      return offered(requested)
          ? Optional.empty()
          : refused(NOT_IMPLEMENTED, "The interaction " + requested.code() + " is not offered.");
    }
    return Optional.of(reason(request));
  }

  /**
   * The interaction that is requested, or null if it is not part of FHIR's API for the resource
   * type.
   */
  public Interaction interaction(RequestHead request) {
    boolean reading = READ_METHODS.contains(request.method());
    String type = request.segment(0);
    if (type.equals("metadata") && request.path().size() == 1 && reading) {
      return Interaction.CAPABILITIES;
    }
    if (request.path().isEmpty() && request.method().equals("OPTIONS")) {
      return Interaction.CAPABILITIES;
    }
    if (!type.equals(edition.resourceType())) {
      return null;
    }
    return reading ? readingInteraction(request) : writingInteraction(request);
  }

  private Interaction readingInteraction(RequestHead request) {
    boolean historyFirst = request.segment(1).equals(HISTORY);
    boolean id = isId(request.segment(1));
    boolean historyOfId = id && request.segment(2).equals(HISTORY);
    return switch (request.path().size()) {
      case 1 -> Interaction.SEARCH_TYPE;
      case 2 -> historyFirst ? Interaction.HISTORY_TYPE : id ? Interaction.READ : null;
      case 3 -> historyOfId ? Interaction.HISTORY_INSTANCE : null;
      case 4 -> historyOfId && isId(request.segment(3)) ? Interaction.VREAD : null;
      default -> null;
    };
  }

  private Interaction writingInteraction(RequestHead request) {
    if (request.method().equals("POST") && request.path().size() == 1) {
      return Interaction.CREATE;
    }
    if (request.method().equals("PUT") && request.path().size() == 2 && isId(request.segment(1))) {
      return Interaction.UPDATE;
    }
    return null;
  }

  private boolean offered(Interaction interaction) {
    return interaction == Interaction.CAPABILITIES
        || edition.interactions().contains(interaction.code());
  }

  private Outcome reason(RequestHead request) {
    String type = request.segment(0);
    if (!type.equals(edition.resourceType())) {
      return outsideTheType(request);
    }
    if (request.path().stream().anyMatch(InteractionPolicy::isOperation)) {
      return Outcome.of(OTHER_TYPE_OR_OPERATION, "The operation is not supported.");
    }
    return switch (request.method()) {
      case "DELETE", "PATCH" ->
          Outcome.of(
              INTERACTION_REFUSED,
              request.method() + " is not supported; a preference is changed by PUT.");
      case "PUT" ->
          request.path().size() == 1
              ? Outcome.of(
                  CLIENT_ASSIGNED_ID,
                  "PUT needs the id of a stored " + type + " in the URL; found none.")
              : unknownId(request);
      case "GET", "HEAD" -> unknownId(request);
      default ->
          Outcome.of(
              INTERACTION_REFUSED, "The method is not supported at this address of the API.");
    };
  }

  private Outcome outsideTheType(RequestHead request) {
    if (request.path().isEmpty()) {
      return Outcome.of(
          NOT_IMPLEMENTED,
          request.method().equals("POST")
              ? "Batch and transaction are not supported."
              : "The server's base answers OPTIONS only; its capability statement is at metadata.");
    }
    return Outcome.of(
        OTHER_TYPE_OR_OPERATION,
        isOperation(request.segment(0))
            ? "The operation is not supported."
            : "This API has the resource type " + edition.resourceType() + " only.");
  }

  private static Outcome unknownId(RequestHead request) {
    return request.path().size() <= 4
        ? Outcome.unknownRecord()
        : Outcome.of(MALFORMED_REQUEST, "The address has more segments than any of the API.");
  }

  private static boolean isId(String segment) {
    return FHIR_ID.matcher(segment).matches();
  }

  private static boolean isOperation(String segment) {
    return segment.startsWith("$") || (segment.startsWith("_") && !segment.equals(HISTORY));
  }

  private static Optional<Outcome> refused(Situation situation, String diagnostics) {
    return Optional.of(Outcome.of(situation, diagnostics));
  }
}
