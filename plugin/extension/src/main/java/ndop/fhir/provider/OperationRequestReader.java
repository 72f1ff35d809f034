package ndop.fhir.provider;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.rest.api.Constants;
import ca.uhn.fhir.rest.api.EncodingEnum;
import ca.uhn.fhir.rest.api.RequestTypeEnum;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import ndop.fhir.edition.Edition;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.BodySyntaxPolicy;
import ndop.fhir.policy.EmbeddedResource;
import ndop.fhir.policy.MediaTypePolicy;
import ndop.fhir.policy.Outcome;
import ndop.fhir.policy.QuotedInput;
import ndop.fhir.policy.RecordingErrorHandler;
import ndop.fhir.policy.Situation;
import ndop.fhir.request.RequestBodyReader;
import org.hl7.fhir.dstu3.model.Parameters;
import org.hl7.fhir.instance.model.api.IBaseResource;

/**
 * Reads the call of an operation: HAPI would read the body without the limits of {@link
 * BodySyntaxPolicy}, and pass over parameters that it does not know.
 */
public final class OperationRequestReader {

  private final FhirContext fhir;
  private final BodySyntaxPolicy syntax;
  private final RequestBodyReader bodies;
  private final SpineOutcomeFactory outcomes;

  public OperationRequestReader(
      FhirContext fhir,
      BodySyntaxPolicy syntax,
      RequestBodyReader bodies,
      SpineOutcomeFactory outcomes) {
    this.fhir = fhir;
    this.syntax = syntax;
    this.bodies = bodies;
    this.outcomes = outcomes;
  }

  /**
   * Reads the request.
   *
   * @param resourceType the type that the body may have instead of Parameters, or null
   */
  OperationRequest read(
      ServletRequestDetails request, Edition.Operation operation, String resourceType) {
    if (request.getRequestType() != RequestTypeEnum.POST) {
      return new OperationRequest(request.getParameters(), Optional.empty(), outcomes);
    }
    boolean xml = MediaTypePolicy.isXml(request.getHeader(Constants.HEADER_CONTENT_TYPE));
    EncodingEnum encoding = xml ? EncodingEnum.XML : EncodingEnum.JSON;
    String text = bodies.read(request);
    syntax.refusal(encoding, text).ifPresent(this::refuse);
    RecordingErrorHandler found = new RecordingErrorHandler();
    IBaseResource resource = parse(text, encoding, found);
    if (resource instanceof Parameters parameters) {
      requireKnown(parameters, operation);
      List<String> unknown = new ArrayList<>(found.unknown());
      // What the parameter is asked about may have anything; the answer says what of it is unknown.
      operation.bodyParameters().stream()
          .flatMap(name -> EmbeddedResource.of(text, encoding, name).stream())
          .forEach(embedded -> unknownIn(embedded, encoding).forEach(unknown::remove));
      requireNone(unknown);
    } else if (!resource.fhirType().equals(resourceType)) {
      throw outcomes.exception(
          Situation.BODY_OF_ANOTHER_TYPE,
          "Expected a resource of type %s; found %s."
              .formatted(
                  resourceType == null ? "Parameters" : resourceType + " or Parameters",
                  resource.fhirType()));
    }
    return new OperationRequest(
        request.getParameters(),
        Optional.of(new OperationRequest.Body(text, encoding, resource)),
        outcomes);
  }

  private IBaseResource parse(String text, EncodingEnum encoding, RecordingErrorHandler found) {
    try {
      return encoding.newParser(fhir).setParserErrorHandler(found).parseResource(text);
    } catch (RuntimeException unreadable) {
      // Usually a DataFormatException; on null among extensions HAPI's parser fails in another way.
      throw outcomes.exception(
          Situation.UNREADABLE_BODY,
          "Expected a FHIR resource in %s; the body cannot be read as one.".formatted(encoding));
    }
  }

  private List<String> unknownIn(String text, EncodingEnum encoding) {
    RecordingErrorHandler found = new RecordingErrorHandler();
    parse(text, encoding, found);
    return found.unknown();
  }

  private void requireNone(List<String> unknown) {
    if (!unknown.isEmpty()) {
      throw outcomes.exception(
          Situation.UNREADABLE_BODY,
          "Expected Parameters; found an unknown element, %s."
              .formatted(QuotedInput.of(unknown.get(0))));
    }
  }

  private void requireKnown(Parameters parameters, Edition.Operation operation) {
    List<String> known =
        Stream.concat(operation.bodyParameters().stream(), operation.parameters().stream())
            .toList();
    parameters.getParameter().stream()
        .map(parameter -> String.valueOf(parameter.getName()))
        .filter(name -> !known.contains(name))
        .findFirst()
        .ifPresent(
            name -> {
              throw outcomes.exception(
                  Situation.INVALID_PARAMETER,
                  "Expected one of the parameters %s; found %s."
                      .formatted(String.join(" or ", known), QuotedInput.of(name)));
            });
  }

  private void refuse(Outcome refusal) {
    throw outcomes.exception(refusal);
  }
}
