package ndop.fhir.web;

import java.util.List;
import ndop.fhir.edition.Edition;

/**
 * What the scripts of the start page know of the edition.
 *
 * @param api the path of the API, relative to the page
 * @param type its resource type
 * @param validates whether it offers {@code $validate}
 * @param template the path of the example that a new Consent begins as; null: there is none
 * @param patientElement the element that names the patient
 * @param patientParameter the search parameter that does
 * @param patientReference a reference to a patient, which ends in the NHS number
 * @param historyBy the parameter of the history by patient; null: there is no such history
 * @param optedOut the status of a Consent of a patient who has opted out
 * @param purposes what a Consent can be about
 * @param interactionHeaders the names of the header with the id of the interaction
 */
record StartPageFacts(
    String api,
    String type,
    boolean validates,
    String template,
    String patientElement,
    String patientParameter,
    String patientReference,
    String historyBy,
    String optedOut,
    List<Edition.Purpose> purposes,
    List<String> interactionHeaders) {

  /** The kind of example that a portal's first Consent is like. */
  private static final String OPT_OUT = "opt-out";

  static StartPageFacts of(Edition edition, PublishedFiles files, String api) {
    return new StartPageFacts(
        api,
        edition.resourceType(),
        edition.conformance() != null,
        files.firstExamples().stream()
            .filter(example -> example.kind().equals(OPT_OUT))
            .map(PublishedFiles.Example::path)
            .findFirst()
            .orElse(null),
        edition.patient().element(),
        edition.search().parameters().keySet().iterator().next(),
        edition.patient().reference(),
        edition.history() == null ? null : edition.history().by(),
        edition.status().optedOut(),
        edition.purposes(),
        edition.audit().headers().interaction());
  }
}
