package ndop.fhir.provider;

import ca.uhn.fhir.rest.api.EncodingEnum;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.Situation;
import org.hl7.fhir.dstu3.model.Parameters;
import org.hl7.fhir.dstu3.model.Parameters.ParametersParameterComponent;
import org.hl7.fhir.dstu3.model.PrimitiveType;
import org.hl7.fhir.dstu3.model.Type;
import org.hl7.fhir.instance.model.api.IBaseResource;

/**
 * A call of an operation: what was sent as the body, and the parameters of the URL and the body.
 *
 * @see OperationRequestReader
 */
final class OperationRequest {

  private final Map<String, String[]> url;
  private final Optional<Body> body;
  private final SpineOutcomeFactory outcomes;

  OperationRequest(Map<String, String[]> url, Optional<Body> body, SpineOutcomeFactory outcomes) {
    this.url = url;
    this.body = body;
    this.outcomes = outcomes;
  }

  /**
   * @param text as it was sent
   * @param resource as HAPI parses it
   */
  record Body(String text, EncodingEnum encoding, IBaseResource resource) {}

  Optional<Body> body() {
    return body;
  }

  /** The text of a parameter, from the URL or from Parameters; empty if it was not sent. */
  Optional<String> text(String name) {
    Optional<String> ofUrl = Optional.ofNullable(url.get(name)).map(values -> values[0]);
    Optional<Type> ofBody = value(name);
    if (ofUrl.isPresent() && ofBody.isPresent()) {
      throw refused(name, "one value", "one in the URL and one in the body");
    }
    if (ofUrl.isPresent() || ofBody.isEmpty()) {
      return ofUrl;
    }
    if (!(ofBody.get() instanceof PrimitiveType<?> primitive) || !primitive.hasValue()) {
      throw refused(name, "a primitive value", "another");
    }
    return Optional.of(primitive.getValueAsString());
  }

  /** As {@link #text}, but refused if it was not sent. */
  String required(String name) {
    return text(name)
        .filter(value -> !value.isBlank())
        .orElseThrow(
            () ->
                outcomes.exception(
                    Situation.MISSING_PARAMETER,
                    "Expected the parameter %s; found none.".formatted(name)));
  }

  /** The value of a parameter of this type; empty if it was not sent. */
  <T extends Type> Optional<T> value(String name, Class<T> type) {
    return value(name)
        .map(
            value -> {
              if (!type.isInstance(value)) {
                throw refused(name, "a " + type.getSimpleName(), "another value");
              }
              return type.cast(value);
            });
  }

  private Optional<Type> value(String name) {
    return named(name).map(ParametersParameterComponent::getValue);
  }

  private Optional<ParametersParameterComponent> named(String name) {
    List<ParametersParameterComponent> found = new ArrayList<>();
    if (body.isPresent() && body.get().resource() instanceof Parameters parameters) {
      for (ParametersParameterComponent parameter : parameters.getParameter()) {
        if (name.equals(parameter.getName())) {
          found.add(parameter);
        }
      }
    }
    if (found.size() > 1) {
      throw refused(name, "one value", "several");
    }
    return found.stream().findFirst();
  }

  private RuntimeException refused(String name, String expected, String found) {
    return outcomes.exception(
        Situation.INVALID_PARAMETER, "%s: expected %s; found %s.".formatted(name, expected, found));
  }
}
