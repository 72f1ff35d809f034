package ndop.fhir.policy;

import static ndop.fhir.policy.Situation.CLIENT_ASSIGNED_ID;
import static ndop.fhir.policy.Situation.INTERACTION_REFUSED;
import static ndop.fhir.policy.Situation.MALFORMED_REQUEST;
import static ndop.fhir.policy.Situation.NOT_IMPLEMENTED;
import static ndop.fhir.policy.Situation.OTHER_TYPE_OR_OPERATION;
import static ndop.fhir.policy.Situation.UNKNOWN_RECORD;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import ndop.fhir.edition.Edition;

/**
 * Decides which requests belong to the API, by method, path and headers. Anything not named here is
 * refused (NDOP-095, NDOP-116, NDOP-140 to NDOP-143, NDOP-206 to NDOP-209, decisions D-09, D-30 and
 * D-31).
 *
 * @see ParameterPolicy the parameters of the URL
 * @see MediaTypePolicy the media types
 */
public final class InteractionPolicy {

  private static final Pattern FHIR_ID = Pattern.compile("[A-Za-z0-9\\-.]{1,64}");

  /** A segment to which FHIR gives a meaning, such as {@code _search}. */
  private static final Pattern NAME_OF_FHIR = Pattern.compile("_[a-z]+");

  private static final String METADATA = "metadata";
  private static final Set<String> READ_METHODS = Set.of("GET", "HEAD");
  private static final List<String> METHODS = List.of("GET", "HEAD", "POST", "PUT", "OPTIONS");
  private static final String HISTORY = "_history";
  private static final String ON_TYPE = "type";
  private static final String ON_INSTANCE = "instance";

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
    if (type.equals(METADATA) && request.path().size() == 1 && reading) {
      return Interaction.CAPABILITIES;
    }
    if (request.path().isEmpty() && request.method().equals("OPTIONS")) {
      return Interaction.CAPABILITIES;
    }
    Optional<Edition.Operation> operation = operation(request);
    if (operation.isPresent()) {
      boolean onConsent = type.equals(edition.resourceType()) && request.path().size() > 2;
      return onConsent ? Interaction.INSTANCE_OPERATION : Interaction.OPERATION;
    }
    if (isConformanceType(type)) {
      return reading ? conformanceInteraction(request) : null;
    }
    if (!type.equals(edition.resourceType())) {
      return null;
    }
    return reading ? readingInteraction(request) : writingInteraction(request);
  }

  /** The methods that the address of a request has, for a client that used another. */
  public List<String> methods(RequestHead request) {
    return METHODS.stream()
        .filter(
            method -> {
              Interaction interaction =
                  interaction(new RequestHead(method, request.path(), request.headers()));
              return interaction != null && offered(interaction);
            })
        .toList();
  }

  /**
   * The operation that is called, {@code Type/$name} or {@code Type/id/$name}; empty if none is.
   */
  public Optional<Edition.Operation> operation(RequestHead request) {
    return namedOperation(request)
        .filter(one -> namesResourceByItsId(request) && hasMethod(one, request.method()));
  }

  private static boolean namesResourceByItsId(RequestHead request) {
    return request.path().size() == 2 || isId(request.segment(1));
  }

  private Optional<Edition.Operation> namedOperation(RequestHead request) {
    int last = request.path().size() - 1;
    if (edition.conformance() == null
        || last < 1
        || last > 2
        || !request.segment(last).startsWith("$")) {
      return Optional.empty();
    }
    return edition.conformance().operations().stream()
        .filter(one -> one.type().equals(request.segment(0)))
        .filter(one -> one.name().equals(request.segment(last).substring(1)))
        .filter(one -> one.levels().contains(last == 1 ? ON_TYPE : ON_INSTANCE))
        .findFirst();
  }

  private static boolean hasMethod(Edition.Operation operation, String method) {
    return operation.methods().contains(method.equals("HEAD") ? "GET" : method);
  }

  private boolean isConformanceType(String type) {
    return edition.conformance() != null && edition.conformance().types().contains(type);
  }

  private static Interaction conformanceInteraction(RequestHead request) {
    return switch (request.path().size()) {
      case 1 -> Interaction.CONFORMANCE_SEARCH;
      case 2 -> isId(request.segment(1)) ? Interaction.CONFORMANCE_READ : null;
      default -> null;
    };
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
    return switch (interaction) {
      case CAPABILITIES, OPERATION, INSTANCE_OPERATION -> true;
      case CONFORMANCE_READ, CONFORMANCE_SEARCH ->
          edition.conformance().interactions().contains(interaction.code());
      default -> edition.interactions().contains(interaction.code());
    };
  }

  private Outcome reason(RequestHead request) {
    String type = request.segment(0);
    if (type.equals(METADATA) && request.path().size() == 1) {
      return Outcome.of(INTERACTION_REFUSED, "The capability statement can only be read.");
    }
    Optional<Edition.Operation> named = namedOperation(request);
    if (named.isPresent()) {
      return !namesResourceByItsId(request)
          ? Outcome.unknownRecord()
          : Outcome.of(
              INTERACTION_REFUSED,
              "The operation is called by %s."
                  .formatted(String.join(" or ", named.get().methods())));
    }
    if (request.path().stream().anyMatch(InteractionPolicy::isOperation)) {
      return Outcome.of(OTHER_TYPE_OR_OPERATION, "The operation is not supported.");
    }
    if (isConformanceType(type)) {
      return outsideTheConformanceApi(request);
    }
    if (!type.equals(edition.resourceType())) {
      return outsideTheType(request);
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
              : methods(request).isEmpty() ? unknownId(request) : otherMethod();
      case "GET", "HEAD" -> unknownId(request);
      default -> otherMethod();
    };
  }

  private static Outcome otherMethod() {
    return Outcome.of(
        INTERACTION_REFUSED, "The method is not supported at this address of the API.");
  }

  private static Outcome outsideTheConformanceApi(RequestHead request) {
    if (!READ_METHODS.contains(request.method())) {
      return Outcome.of(
          INTERACTION_REFUSED,
          request.segment(0) + " can be read and searched; what the edition publishes is fixed.");
    }
    return request.path().contains(HISTORY)
        ? Outcome.of(NOT_IMPLEMENTED, request.segment(0) + " has no history here.")
        : unknownId(request);
  }

  private Outcome outsideTheType(RequestHead request) {
    if (request.path().isEmpty()) {
      return READ_METHODS.contains(request.method())
          ? Outcome.of(UNKNOWN_RECORD, "What this server does is in its statement, at metadata.")
          : Outcome.of(NOT_IMPLEMENTED, "Batch and transaction are not supported.");
    }
    return Outcome.of(
        OTHER_TYPE_OR_OPERATION,
        "Expected the resource type %s; found another.".formatted(String.join(", ", types())));
  }

  private List<String> types() {
    List<String> types = new ArrayList<>(List.of(edition.resourceType()));
    if (edition.conformance() != null) {
      edition.conformance().types().stream().sorted().forEach(types::add);
    }
    return types;
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
    return segment.startsWith("$")
        || (NAME_OF_FHIR.matcher(segment).matches() && !segment.equals(HISTORY));
  }

  private static Optional<Outcome> refused(Situation situation, String diagnostics) {
    return Optional.of(Outcome.of(situation, diagnostics));
  }
}
