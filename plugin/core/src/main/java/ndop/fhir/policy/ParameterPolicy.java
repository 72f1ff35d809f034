package ndop.fhir.policy;

import static ndop.fhir.policy.Situation.INVALID_PARAMETER;
import static ndop.fhir.policy.Situation.MISSING_PARAMETER;

import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import ndop.fhir.edition.Edition;

/**
 * Decides which URL parameters each interaction understands (NDOP-104 to NDOP-111, NDOP-124 to
 * NDOP-128). An unknown parameter is refused rather than ignored: if it was meant as a filter, the
 * response would answer a different question.
 */
public final class ParameterPolicy {

  private static final List<String> FORMAT_PARAMETERS = List.of("_format", "_pretty");
  private static final List<String> PAGE_PARAMETERS = List.of("_count", "_offset", "_since");

  private final Edition edition;
  private final ParameterValuePolicy values;
  private final Map<Interaction, Set<String>> known = new EnumMap<>(Interaction.class);

  public ParameterPolicy(Edition edition) {
    this.edition = edition;
    this.values = new ParameterValuePolicy(edition);
    for (Interaction interaction : Interaction.values()) {
      known.put(interaction, new LinkedHashSet<>());
    }
    known.get(Interaction.SEARCH_TYPE).addAll(edition.search().parameters().keySet());
    known.get(Interaction.SEARCH_TYPE).addAll(List.of("_count", "_offset"));
    known.get(Interaction.HISTORY_INSTANCE).addAll(PAGE_PARAMETERS);
    if (edition.history() != null) {
      Set<String> history = known.get(Interaction.HISTORY_TYPE);
      history.add(edition.history().by());
      if (edition.history().version() != null) {
        history.add(edition.history().version());
      }
      history.addAll(edition.history().filters());
      history.addAll(PAGE_PARAMETERS);
    }
    if (edition.conformance() != null) {
      known.get(Interaction.CONFORMANCE_SEARCH).addAll(edition.conformance().search());
    }
    known.values().forEach(names -> names.addAll(FORMAT_PARAMETERS));
  }

  /** The reason for refusing the parameters; empty if the interaction understands them all. */
  public Optional<Outcome> refusal(Interaction interaction, Map<String, String[]> parameters) {
    return unknown(known.get(interaction), parameters).or(() -> missing(interaction, parameters));
  }

  /** The reason for refusing the parameters; empty if the operation understands them all. */
  public Optional<Outcome> refusal(Edition.Operation operation, Map<String, String[]> parameters) {
    Set<String> understood = new LinkedHashSet<>(operation.parameters());
    understood.addAll(FORMAT_PARAMETERS);
    return unknown(understood, parameters);
  }

  private Optional<Outcome> unknown(Set<String> understood, Map<String, String[]> parameters) {
    for (Map.Entry<String, String[]> parameter : parameters.entrySet()) {
      String name = parameter.getKey();
      if (!understood.contains(name)) {
        return refused(
            INVALID_PARAMETER,
            "Expected one of the parameters %s; found %s."
                .formatted(list(understood), QuotedInput.of(name)));
      }
      if (parameter.getValue().length != 1) {
        return refused(INVALID_PARAMETER, name + ": expected one value, found several.");
      }
      Optional<Outcome> refusal = values.refusal(name, parameter.getValue()[0]);
      if (refusal.isPresent()) {
        return refusal;
      }
    }
    return Optional.empty();
  }

  private Optional<Outcome> missing(Interaction interaction, Map<String, String[]> parameters) {
    if (interaction == Interaction.SEARCH_TYPE) {
      return oneOf(edition.search().oneOf(), parameters);
    }
    if (interaction == Interaction.HISTORY_TYPE) {
      return oneOf(List.of(edition.history().by()), parameters);
    }
    return Optional.empty();
  }

  private static Optional<Outcome> oneOf(List<String> names, Map<String, String[]> parameters) {
    boolean present =
        names.isEmpty()
            || names.stream()
                .anyMatch(
                    name -> parameters.containsKey(name) && !parameters.get(name)[0].isBlank());
    return present
        ? Optional.empty()
        : refused(
            MISSING_PARAMETER, "Expected the parameter %s; found none.".formatted(list(names)));
  }

  private static String list(Collection<String> names) {
    return String.join(" or ", names);
  }

  private static Optional<Outcome> refused(Situation situation, String diagnostics) {
    return Optional.of(Outcome.of(situation, diagnostics));
  }
}
