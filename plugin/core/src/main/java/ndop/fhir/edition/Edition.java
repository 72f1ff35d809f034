package ndop.fhir.edition;

import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The facts of an edition that a server and a validator go by. They are generated from the
 * edition's YAML; nothing in Java knows them otherwise.
 *
 * @param id the edition's name
 * @param title a line for people
 * @param summary a sentence or two for people
 * @param profile canonical URL of the Consent profile
 * @param resourceType the one resource type that the API has
 * @param interactions FHIR codes of the interactions that are offered
 * @param patient how a resource names its patient
 * @param status which status of a Consent means what
 * @param purposes the questions that a patient can answer
 * @param identity what makes a Consent the only one of its kind
 * @param search the type-level search
 * @param history the type-level history, or null where there is none
 * @param outcome the form of an error
 * @param errors situation to answer
 * @param capabilityStatement id of the statement that the server gives
 * @param cors whether other origins may call
 * @param audit who calls, and for whom
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
    Audit audit) {

  /**
   * @param element the element that holds the reference
   * @param reference the recommended reference, of a patient who does not exist
   * @param pattern a regular expression for the reference; group 1 is the NHS number
   * @param checkDigitInvariant key of the invariant on the check digit
   */
  public record Patient(
      String element, String reference, String pattern, String checkDigitInvariant) {}

  /**
   * @param optedOut the status of a patient who opted out
   * @param sharing the status of one who did not
   */
  public record Status(String optedOut, String sharing) {}

  /**
   * @param system code system of the question
   * @param code its code
   * @param display what it is called
   */
  public record Purpose(String system, String code, String display) {}

  /**
   * @param unique id of the unique SearchParameter
   * @param parameters codes of the SearchParameters that it combines
   */
  public record Identity(String unique, List<String> parameters) {}

  /**
   * @param parameters name to parameter
   * @param oneOf of these at least one must be given; empty: none need be
   */
  public record Search(Map<String, Parameter> parameters, List<String> oneOf) {}

  /**
   * @param type FHIR type of the parameter
   * @param identity the identity parameter that answers it, or null
   */
  public record Parameter(String type, String identity) {}

  /**
   * @param by the search parameter that says whose history it is
   * @param version name of the parameter that selects one version, or null
   * @param filters search parameters that narrow it
   */
  public record History(String by, String version, List<String> filters) {}

  /**
   * @param profile canonical URL of the profile of an error
   * @param system code system of the error coding
   */
  public record Outcome(String profile, String system) {}

  /**
   * @param status HTTP status
   * @param severity FHIR issue severity
   * @param issue FHIR issue type
   * @param code code of the error coding
   * @param display its display
   */
  public record Answer(int status, String severity, String issue, String code, String display) {}

  /**
   * @param headers names by which each audit header is understood, the edition's own first
   * @param interactionIds ids of interactions, or null where any will do
   * @param lifetime the longest a token may live in seconds, or null where nothing is said
   * @param claims name to claim, in the order in which they are judged
   */
  public record Audit(
      Headers headers,
      InteractionIds interactionIds,
      Integer lifetime,
      Map<String, Claim> claims) {}

  /**
   * @param token the token's
   * @param trace the id of the request's trace
   * @param from who calls
   * @param to who is called
   * @param interaction the id of the interaction
   */
  public record Headers(
      List<String> token,
      List<String> trace,
      List<String> from,
      List<String> to,
      List<String> interaction) {}

  /**
   * @param service how every id begins
   * @param capabilities the id of the capability statement's interaction
   */
  public record InteractionIds(String service, String capabilities) {}

  /**
   * @param required whether a token must have it
   * @param form text, uri, seconds, identifier, reference or record
   * @param oneOf values of which it must have one; empty: any
   * @param setting name under which a deployment may set other values, or null
   * @param sameAs claims of which it equals the first that is there
   * @param scopes access (read, create, update) to scopes of which it must have one, or null
   * @param system naming system of an identifier, or null where any will do
   * @param value a regular expression for the value of an identifier, or null
   * @param header the audit header that has the same value, or null
   * @param names whose identity it is (system, user, patient), or null
   * @param bounds whether only this patient's resources may be touched
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
