package ndop.fhir.provider;

import ca.uhn.fhir.jpa.api.dao.DaoRegistry;
import ca.uhn.fhir.rest.annotation.IdParam;
import ca.uhn.fhir.rest.annotation.Operation;
import ca.uhn.fhir.rest.api.server.SystemRequestDetails;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import ndop.fhir.edition.Edition;
import ndop.fhir.edition.PublishedArtefacts;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.outcome.ValidationReport;
import ndop.fhir.policy.BodyIdPolicy;
import ndop.fhir.policy.BodyPolicy;
import ndop.fhir.policy.EmbeddedResource;
import ndop.fhir.policy.ImmutablePatientPolicy;
import ndop.fhir.policy.Outcome;
import ndop.fhir.policy.ParsedBody;
import ndop.fhir.policy.QuotedInput;
import ndop.fhir.policy.Situation;
import ndop.fhir.policy.ValidationOutcome;
import org.hl7.fhir.dstu3.model.Consent;
import org.hl7.fhir.dstu3.model.IdType;
import org.hl7.fhir.dstu3.model.OperationOutcome;
import org.hl7.fhir.dstu3.model.Parameters;
import org.hl7.fhir.dstu3.model.StructureDefinition;

/**
 * Answers {@code Consent/$validate} and {@code Consent/[id]/$validate}: an error exactly where a
 * create or an update would be refused for its content (NDOP-207, decision D-30). Nothing is
 * stored.
 *
 * <p>It does not ask whether the patient has a Consent already, which is no matter of content.
 *
 * @see BodyPolicy the rules, which are those of a create
 */
public final class ValidateProvider {

  /** The operation's name. */
  public static final String NAME = "validate";

  private static final String RESOURCE = "resource";
  private static final String MODE = "mode";
  private static final String PROFILE = "profile";
  private static final String BASE = "http://hl7.org/fhir/StructureDefinition/";

  private final Edition edition;
  private final Edition.Operation operation;
  private final PublishedArtefacts artefacts;
  private final BodyPolicy bodies;
  private final ImmutablePatientPolicy patients;
  private final DaoRegistry daos;
  private final OperationRequestReader reader;
  private final SpineOutcomeFactory outcomes;
  private final ValidationReport report;

  public ValidateProvider(
      Edition edition,
      PublishedArtefacts artefacts,
      BodyPolicy bodies,
      ImmutablePatientPolicy patients,
      DaoRegistry daos,
      OperationRequestReader reader,
      SpineOutcomeFactory outcomes) {
    this.edition = edition;
    this.operation = edition.conformance().operation(edition.resourceType(), NAME);
    this.artefacts = artefacts;
    this.bodies = bodies;
    this.patients = patients;
    this.daos = daos;
    this.reader = reader;
    this.outcomes = outcomes;
    this.report = new ValidationReport(outcomes);
  }

  /** What would be done with the Consent. */
  private enum Mode {
    CREATE,
    UPDATE
  }

  @Operation(name = NAME, type = Consent.class, manualRequest = true)
  public OperationOutcome validate(ServletRequestDetails request) {
    return answer(request, Optional.empty());
  }

  @Operation(name = NAME, type = Consent.class, manualRequest = true)
  public OperationOutcome validateStored(@IdParam IdType id, ServletRequestDetails request) {
    // What is not found is answered by HAPI's exception, as on a read.
    Consent stored =
        daos.getResourceDao(Consent.class)
            .read(id.toUnqualifiedVersionless(), new SystemRequestDetails());
    return answer(request, Optional.of(stored));
  }

  private OperationOutcome answer(ServletRequestDetails request, Optional<Consent> stored) {
    OperationRequest call = reader.read(request, operation, edition.resourceType());
    Mode mode = mode(call, stored.isPresent());
    String profile = profile(call);
    ParsedBody body = consent(call);
    request.setResource(body.resource());
    ValidationOutcome verdict = bodies.validate(body, profile);
    return report.of(verdict, refusals(mode, body, stored));
  }

  private ParsedBody consent(OperationRequest call) {
    OperationRequest.Body sent =
        call.body()
            .orElseThrow(() -> new IllegalStateException("$validate is called by POST only"));
    String text =
        sent.resource() instanceof Parameters
            ? EmbeddedResource.of(sent.text(), sent.encoding(), RESOURCE)
                .orElseThrow(
                    () ->
                        outcomes.exception(
                            Situation.MISSING_PARAMETER,
                            "Expected the parameter resource with a %s; found none."
                                .formatted(edition.resourceType())))
            : sent.text();
    ParsedBody body = bodies.read(text, sent.encoding());
    body.refusal()
        .ifPresent(
            refusal -> {
              throw outcomes.exception(refusal);
            });
    return body;
  }

  private Mode mode(OperationRequest call, boolean onStored) {
    String text = call.text(MODE).orElse(onStored ? "update" : "create");
    return switch (text) {
      case "create" -> Mode.CREATE;
      case "update" -> Mode.UPDATE;
      default ->
          throw outcomes.exception(
              Situation.INVALID_PARAMETER,
              "mode: expected create or update; found %s.".formatted(QuotedInput.of(text)));
    };
  }

  /** The profile that is asked for: the edition's, or the base resource's. */
  private String profile(OperationRequest call) {
    Optional<String> asked = call.text(PROFILE);
    if (asked.isEmpty()) {
      return edition.profile();
    }
    String base = BASE + edition.resourceType();
    if (asked.get().equals(base)) {
      return base;
    }
    return artefacts
        .byUrl(StructureDefinition.class, asked.get())
        .filter(found -> edition.resourceType().equals(found.getType()))
        .map(StructureDefinition::getUrl)
        .orElseThrow(
            () ->
                outcomes.exception(
                    Situation.INVALID_PARAMETER,
                    "profile: expected %s or %s; found another."
                        .formatted(edition.profile(), base)));
  }

  private List<Outcome> refusals(Mode mode, ParsedBody body, Optional<Consent> stored) {
    List<Outcome> refusals = new ArrayList<>();
    if (mode == Mode.CREATE) {
      BodyIdPolicy.refusalOfCreate(body.resource()).ifPresent(refusals::add);
      return refusals;
    }
    String id = stored.map(consent -> consent.getIdElement().getIdPart()).orElse(null);
    BodyIdPolicy.refusalOfUpdate(body.resource(), id).ifPresent(refusals::add);
    if (stored.isPresent() && body.resource() instanceof Consent sent) {
      patients.refusal(stored.get(), sent).ifPresent(refusals::add);
    }
    return refusals;
  }
}
