package ndop.fhir.audit;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Optional;
import ndop.fhir.policy.Caller;

/**
 * One line of the trail, as JSON: what a client said is cut to a length, has no NHS number in it
 * and cannot be mistaken for another line.
 */
public final class AuditLogEntry {

  private static final int LONGEST = 200;

  private final ObjectNode line = JsonNodeFactory.instance.objectNode();
  private final Pseudonymizer pseudonyms;

  /**
   * Begins a line.
   *
   * @param event storing, answered or refused
   */
  public AuditLogEntry(Pseudonymizer pseudonyms, Instant time, String event) {
    this.pseudonyms = pseudonyms;
    line.put("time", time.truncatedTo(ChronoUnit.MILLIS).toString());
    line.put("event", event);
  }

  /** What a client said, or nothing. */
  public AuditLogEntry said(String name, String text) {
    if (text != null) {
      // In this order: nine digits that are left of a number tell the tenth.
      String told = pseudonyms.scrub(text);
      line.put(name, told.length() > LONGEST ? told.substring(0, LONGEST) + "…" : told);
    }
    return this;
  }

  /** What the server itself knows. */
  public AuditLogEntry known(String name, String text) {
    line.put(name, text);
    return this;
  }

  /** A number of the server's. */
  public AuditLogEntry known(String name, int number) {
    line.put(name, number);
    return this;
  }

  /** Several of the server's own texts, or none. */
  public AuditLogEntry known(String name, Collection<String> texts) {
    if (!texts.isEmpty()) {
      ArrayNode all = line.putArray(name);
      texts.forEach(all::add);
    }
    return this;
  }

  /** Patients, by what stands for their NHS numbers. */
  public AuditLogEntry patients(Collection<String> nhsNumbers) {
    return known("patients", nhsNumbers.stream().distinct().map(pseudonyms::of).toList());
  }

  /** Who called. */
  public AuditLogEntry caller(Caller caller) {
    return optional("trace", caller.trace())
        .optional("from", caller.from())
        .optional("interactionId", caller.interactionId())
        .optional("subject", caller.subject())
        .optional("system", caller.system())
        .optional("user", caller.user())
        .optional("forPatient", caller.patient());
  }

  @Override
  public String toString() {
    return line.toString();
  }

  private AuditLogEntry optional(String name, Optional<String> text) {
    return said(name, text.orElse(null));
  }
}
