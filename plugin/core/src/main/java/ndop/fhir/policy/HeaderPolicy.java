package ndop.fhir.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import ndop.fhir.edition.Edition;

/**
 * Checks the form of the audit headers other than the token (NDOP-172 to NDOP-175), that those that
 * the mode requires are present, and that the id of the interaction is not that of another. It does
 * not verify the identities in them.
 */
public final class HeaderPolicy {

  /** The form of a trace id, and of the ids that a server assigns. */
  public static final Pattern UUID =
      Pattern.compile("[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}");

  /** The id of a system has no published form; this excludes blanks and control characters. */
  private static final Pattern SYSTEM = Pattern.compile("[!-~]{1,100}");

  private final Edition.Audit audit;
  private final boolean required;
  private final IdForm capabilitiesId;
  private final IdForm serviceId;

  /** What the id of an interaction must be, in words and as a pattern. */
  private record IdForm(String expected, Pattern pattern) {}

  public HeaderPolicy(Edition edition, AuditMode mode) {
    this.audit = edition.audit();
    this.required = mode == AuditMode.REQUIRED;
    Edition.InteractionIds ids = audit == null ? null : audit.interactionIds();
    IdForm any = new IdForm("the id of the interaction", SYSTEM);
    this.capabilitiesId =
        ids == null
            ? any
            : new IdForm(ids.capabilities(), Pattern.compile(Pattern.quote(ids.capabilities())));
    this.serviceId =
        ids == null
            ? any
            : new IdForm(
                "an id that begins with " + ids.service(),
                Pattern.compile(Pattern.quote(ids.service()) + "[!-~]{1,200}"));
  }

  /**
   * The reason for refusing the headers; empty if they are accepted.
   *
   * @param interaction the interaction that is requested, or null if it is not part of the API
   */
  public Optional<Outcome> refusal(AuditHeaders headers, Interaction interaction) {
    boolean capabilities = interaction == Interaction.CAPABILITIES;
    List<String> problems = new ArrayList<>();
    for (List<String> sent : headers.conflicting()) {
      problems.add(String.join(", ", sent) + ": expected one value; found several.");
    }
    Edition.Headers names = audit.headers();
    check(problems, names.trace(), headers.trace(), capabilities, "a UUID", UUID);
    check(problems, names.from(), headers.from(), true, "the ASID of the caller", SYSTEM);
    check(problems, names.to(), headers.to(), true, "the ASID of this service", SYSTEM);
    IdForm id = capabilities ? capabilitiesId : serviceId;
    check(problems, names.interaction(), headers.interaction(), true, id.expected(), id.pattern());
    if (problems.isEmpty() && interaction != null) {
      headers
          .interaction()
          .filter(sent -> namesAnother(sent, interaction))
          .ifPresent(
              sent ->
                  problems.add(
                      "%s: expected an id for %s; found %s."
                          .formatted(
                              names.interaction().get(0),
                              interaction.code(),
                              QuotedInput.of(sent))));
    }
    return problems.isEmpty()
        ? Optional.empty()
        : Optional.of(new Outcome(Situation.INVALID_HEADER, List.copyOf(problems)));
  }

  private void check(
      List<String> problems,
      List<String> names,
      Optional<String> value,
      boolean needed,
      String expected,
      Pattern form) {
    if (value.isEmpty()) {
      if (required && needed) {
        problems.add("%s: expected %s; found no such header.".formatted(names.get(0), expected));
      }
    } else if (!form.matcher(value.get()).matches()) {
      problems.add(
          "%s: expected %s; found %s."
              .formatted(names.get(0), expected, QuotedInput.of(value.get())));
    }
  }

  /**
   * Whether an id is that of another interaction: the capability statement's, or one in which a
   * segment names an operation that needs another access. Other ids are accepted, as none is
   * published for Consent (NDOP-175).
   */
  private boolean namesAnother(String id, Interaction interaction) {
    Edition.InteractionIds ids = audit.interactionIds();
    if (ids == null || interaction.access().isEmpty()) {
      return false;
    }
    List<String> segments = List.of(id.toLowerCase(Locale.ROOT).split(":"));
    return id.equalsIgnoreCase(ids.capabilities())
        || ids.operations().entrySet().stream()
            .filter(entry -> !entry.getKey().equals(interaction.access().get()))
            .flatMap(entry -> entry.getValue().stream())
            .anyMatch(segments::contains);
  }
}
