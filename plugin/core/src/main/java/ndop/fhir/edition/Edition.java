package ndop.fhir.edition;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The facts of an edition on which servers and validators decide. They are generated from the
 * edition's YAML, and Java code has no other source for them.
 *
 * @param id the edition's name
 * @param title a short title for people
 * @param summary a sentence or two for people
 * @param profile canonical URL of the Consent profile
 * @param resourceType the API's only resource type
 * @param interactions FHIR codes of the interactions that it offers
 * @param patient how a Consent names its patient
 * @param status what each status of a Consent means
 * @param purposes the questions that a patient can answer
 * @param identity what no two Consents may share
 * @param search the type-level search
 * @param history the type-level history, or null if there is none
 * @param outcome the profile and code system of an OperationOutcome
 * @param errors the answer to each {@link ndop.fhir.policy.Situation}, by its key
 * @param capabilityStatement id of the CapabilityStatement that a server returns
 * @param cors whether browsers may call from other origins
 * @param conformance what a server can be asked about its profiles, or null if it answers nothing
 * @param audit the headers and claims that identify the caller and the patient
 */
public record Edition(
    String id,
    String title,
    String summary,
    String profile,
    String resourceType,
    Set<String> interactions,
    Patient patient,
    Status status,
    List<Purpose> purposes,
    Identity identity,
    Search search,
    History history,
    Outcome outcome,
    Map<String, Answer> errors,
    String capabilityStatement,
    boolean cors,
    Conformance conformance,
    Audit audit) {

  /** The same edition, of a server that is not asked about its profiles (decision D-30). */
  public Edition withoutConformance() {
    return new Edition(
        id,
        title,
        summary,
        profile,
        resourceType,
        interactions,
        patient,
        status,
        purposes,
        identity,
        search,
        history,
        outcome,
        errors,
        capabilityStatement,
        cors,
        null,
        audit);
  }

  /**
   * @param element the element that holds the reference
   * @param reference the recommended form of it, for a patient who does not exist
   * @param pattern a regular expression for the reference; group 1 is the NHS number
   * @param checkDigitInvariant key of the invariant on the check digit
   */
  public record Patient(
      String element, String reference, String pattern, String checkDigitInvariant) {}

  /**
   * @param optedOut the status of a patient who has opted out
   * @param sharing the status of a patient who has not
   */
  public record Status(String optedOut, String sharing) {}

  /**
   * @param system code system of the question
   * @param code its code
   * @param display its display
   */
  public record Purpose(String system, String code, String display) {}

  /**
   * @param unique id of the unique SearchParameter
   * @param parameters codes of the SearchParameters that it combines
   */
  public record Identity(String unique, List<String> parameters) {}

  /**
   * @param parameters name to parameter
   * @param oneOf at least one of these must be given; empty: all are optional
   */
  public record Search(Map<String, Parameter> parameters, List<String> oneOf) {}

  /**
   * @param type FHIR type of the parameter
   * @param identity the identity parameter that answers it, or null
   */
  public record Parameter(String type, String identity) {}

  /**
   * @param by the search parameter that names the patient
   * @param version name of the parameter that selects one version, or null
   * @param filters search parameters that narrow it
   */
  public record History(String by, String version, List<String> filters) {}

  /**
   * @param profile canonical URL of the OperationOutcome profile
   * @param system code system of the error codes
   */
  public record Outcome(String profile, String system) {}

  /**
   * @param status HTTP status
   * @param severity FHIR issue severity
   * @param issue FHIR issue type
   * @param code the error code
   * @param display its display
   */
  public record Answer(int status, String severity, String issue, String code, String display) {}

  /**
   * @param types the resource types whose artefacts can be read and searched
   * @param interactions FHIR codes of the interactions that all of them have
   * @param search the search parameters that all of them have
   * @param operations the operations on them and on the API's own type
   */
  public record Conformance(
      Set<String> types,
      Set<String> interactions,
      List<String> search,
      List<Operation> operations) {

    /**
     * The operation of this name on this type.
     *
     * @throws IllegalArgumentException the edition does not have it
     */
    public Operation operation(String type, String name) {
      return operations.stream()
          .filter(one -> one.type().equals(type) && one.name().equals(name))
          .findFirst()
          .orElseThrow(
              () -> new IllegalArgumentException("no operation %s on %s".formatted(name, type)));
    }
  }

  /**
   * @param name the name after the dollar sign
   * @param type the resource type that has it
   * @param levels whether it is called on the type, on one resource (instance), or both
   * @param methods the HTTP methods by which it can be called
   * @param parameters the parameters that it understands in the URL, or in a body
   * @param bodyParameters the parameters that it understands in a body only
   */
  public record Operation(
      String name,
      String type,
      Set<String> levels,
      Set<String> methods,
      List<String> parameters,
      List<String> bodyParameters) {}

  /**
   * @param headers the names of each audit header, the edition's own first
   * @param interactionIds the ids of interactions, or null if any is accepted
   * @param lifetime the maximum lifetime of a token in seconds, or null if none is given
   * @param claims the claims of a token by name, in the order in which they are checked
   */
  public record Audit(
      Headers headers,
      InteractionIds interactionIds,
      Integer lifetime,
      Map<String, Claim> claims) {}

  /**
   * @param token the names of the header with the token
   * @param trace the names of the header with the id of the request's trace
   * @param from the names of the header with the calling system
   * @param to the names of the header with the called system
   * @param interaction the names of the header with the id of the interaction
   */
  public record Headers(
      List<String> token,
      List<String> trace,
      List<String> from,
      List<String> to,
      List<String> interaction) {}

  /**
   * @param service the prefix of every id
   * @param capabilities the id of the capability statement's interaction
   * @param operations by access (read, create, update, none), the words by which an id names an
   *     operation that needs it; none: not of this API
   */
  public record InteractionIds(
      String service, String capabilities, Map<String, List<String>> operations) {}

  /**
   * @param required whether a token must have it
   * @param form text, uri, seconds, identifier, reference or record
   * @param oneOf the accepted values; empty: any
   * @param setting the setting by which a deployment can accept other values, or null
   * @param sameAs claims of which it must equal the first that is present
   * @param scopes by access (read, create, update), the scopes of which it must have one, or null
   * @param system naming system of an identifier, or null if any is accepted
   * @param value a regular expression for the value of an identifier, or null
   * @param header the audit header that must have the same value, or null
   * @param names whose identity it is (system, user, patient), or null
   * @param bounds whether the token gives access to this patient's resources only
   */
  public record Claim(
      boolean required,
      String form,
      List<String> oneOf,
      String setting,
      List<String> sameAs,
      Map<String, List<String>> scopes,
      String system,
      String value,
      String header,
      String names,
      boolean bounds) {}
}
