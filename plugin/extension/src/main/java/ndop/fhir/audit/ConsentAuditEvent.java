package ndop.fhir.audit;

import java.nio.charset.StandardCharsets;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import ndop.fhir.policy.Caller;
import ndop.fhir.policy.Interaction;
import org.hl7.fhir.dstu3.model.AuditEvent;
import org.hl7.fhir.dstu3.model.AuditEvent.AuditEventAction;
import org.hl7.fhir.dstu3.model.AuditEvent.AuditEventAgentComponent;
import org.hl7.fhir.dstu3.model.AuditEvent.AuditEventEntityComponent;
import org.hl7.fhir.dstu3.model.AuditEvent.AuditEventOutcome;
import org.hl7.fhir.dstu3.model.Coding;
import org.hl7.fhir.dstu3.model.Identifier;
import org.hl7.fhir.dstu3.model.Reference;

/**
 * A change to a Consent as a FHIR AuditEvent (STU3): the facts in the audit log, for those who keep
 * audit records in FHIR. Patients are identified as in the log.
 *
 * @param interaction create or update
 * @param consent id and version, {@code Consent/…/_history/…}
 * @param patient NHS number, or empty
 * @param server the base URL that was called
 * @param time when it happened
 */
public record ConsentAuditEvent(
    Interaction interaction, String consent, Optional<String> patient, String server, Date time) {

  private static final String EVENT_TYPE = "http://hl7.org/fhir/audit-event-type";
  private static final String REST_INTERACTION = "http://hl7.org/fhir/restful-interaction";
  private static final String ENTITY_TYPE = "http://hl7.org/fhir/audit-entity-type";
  private static final String OBJECT_ROLE = "http://hl7.org/fhir/object-role";

  /** The resource. It reports success, since it is stored only if the change is. */
  public AuditEvent resource(Caller caller, Pseudonymizer pseudonyms) {
    AuditEvent event = new AuditEvent();
    event
        .setType(new Coding(EVENT_TYPE, "rest", null))
        .addSubtype(new Coding(REST_INTERACTION, interaction.code(), null))
        .setAction(interaction == Interaction.CREATE ? AuditEventAction.C : AuditEventAction.U)
        .setRecorded(time)
        .setOutcome(AuditEventOutcome._0);
    agents(caller, pseudonyms).forEach(event::addAgent);
    event.getSource().setIdentifier(new Identifier().setValue(pseudonyms.scrub(server)));
    event
        .addEntity()
        .setReference(new Reference(consent))
        .setType(new Coding(ENTITY_TYPE, "2", "System Object"))
        .setRole(new Coding(OBJECT_ROLE, "4", "Domain Resource"));
    patient.map(number -> person(pseudonyms.of(number))).ifPresent(event::addEntity);
    caller
        .trace()
        .map(trace -> pseudonyms.scrub(trace).getBytes(StandardCharsets.UTF_8))
        .ifPresent(trace -> event.getEntityFirstRep().addDetail().setType("trace").setValue(trace));
    return event;
  }

  /** The user is the requestor, through a system; without either, the requestor is unknown. */
  private static List<AuditEventAgentComponent> agents(Caller caller, Pseudonymizer pseudonyms) {
    Optional<String> user = caller.user().or(caller::subject);
    Optional<String> system = caller.system().or(caller::from);
    AuditEventAgentComponent requestorAgent =
        agent(user.or(() -> system).orElse("unknown"), true, pseudonyms);
    return user.isEmpty() || system.isEmpty()
        ? List.of(requestorAgent)
        : List.of(requestorAgent, agent(system.get(), false, pseudonyms));
  }

  private static AuditEventAgentComponent agent(
      String who, boolean requestor, Pseudonymizer pseudonyms) {
    return new AuditEventAgentComponent()
        .setUserId(new Identifier().setValue(pseudonyms.scrubIdentity(who)))
        .setRequestor(requestor);
  }

  private static AuditEventEntityComponent person(String pseudonym) {
    return new AuditEventEntityComponent()
        .setIdentifier(new Identifier().setValue(pseudonym))
        .setType(new Coding(ENTITY_TYPE, "1", "Person"))
        .setRole(new Coding(OBJECT_ROLE, "1", "Patient"));
  }
}
