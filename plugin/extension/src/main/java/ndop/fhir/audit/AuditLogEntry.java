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
 * One entry of the audit log: a JSON object on one line. Text that a client sent is shortened,
 * contains no NHS number and cannot start another line.
 */
public final class AuditLogEntry {

  private static final int MAX_LENGTH = 200;

  private final ObjectNode line = JsonNodeFactory.instance.objectNode();
  private final Pseudonymizer pseudonyms;

  /**
   * Starts an entry.
   *
   * @param event storing, answered or refused
   */
  public AuditLogEntry(Pseudonymizer pseudonyms, Instant time, String event) {
    this.pseudonyms = pseudonyms;
    line.put("time", time.truncatedTo(ChronoUnit.MILLIS).toString());
    line.put("event", event);
  }

  /** Adds text that a client sent, shortened and without NHS numbers; nothing if it is null. */
  public AuditLogEntry untrusted(String name, String text) {
    if (text != null) {
      // Scrubbed before it is cut: nine digits left of a number would give the tenth away.
      shortened(name, pseudonyms.scrub(text));
    }
    return this;
  }

  /** Adds a text that the server itself knows. */
  public AuditLogEntry trusted(String name, String text) {
    line.put(name, text);
    return this;
  }

  /** Adds a number that the server itself knows. */
  public AuditLogEntry trusted(String name, int number) {
    line.put(name, number);
    return this;
  }

  /** Adds a list that the server itself knows; nothing if it is empty. */
  public AuditLogEntry trusted(String name, Collection<String> texts) {
    if (!texts.isEmpty()) {
      ArrayNode all = line.putArray(name);
      texts.forEach(all::add);
    }
    return this;
  }

  /** Adds patients, by the pseudonyms of their NHS numbers. */
  public AuditLogEntry patients(Collection<String> nhsNumbers) {
    return trusted("patients", nhsNumbers.stream().distinct().map(pseudonyms::of).toList());
  }

  /** Adds the caller, as far as it is known. */
  public AuditLogEntry caller(Caller caller) {
    return optional("trace", caller.trace())
        .identity("from", caller.from())
        .optional("interactionId", caller.interactionId())
        .identity("subject", caller.subject())
        .identity("system", caller.system())
        .identity("user", caller.user())
        .optional("forPatient", caller.patient());
  }

  @Override
  public String toString() {
    return line.toString();
  }

  /** As {@link #untrusted}, but the numbers of systems and staff can be read. */
  private AuditLogEntry identity(String name, Optional<String> text) {
    text.ifPresent(who -> shortened(name, pseudonyms.scrubIdentity(who)));
    return this;
  }

  private void shortened(String name, String safe) {
    line.put(name, safe.length() > MAX_LENGTH ? safe.substring(0, MAX_LENGTH) + "…" : safe);
  }

  private AuditLogEntry optional(String name, Optional<String> text) {
    return untrusted(name, text.orElse(null));
  }
}
