package ndop.fhir.provider;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.IValidationSupport;
import ca.uhn.fhir.context.support.IValidationSupport.LookupCodeResult;
import ca.uhn.fhir.context.support.IValidationSupport.ValueSetExpansionOutcome;
import ca.uhn.fhir.context.support.LookupCodeRequest;
import ca.uhn.fhir.context.support.ValidationSupportContext;
import ca.uhn.fhir.context.support.ValueSetExpansionOptions;
import ca.uhn.fhir.rest.annotation.IdParam;
import ca.uhn.fhir.rest.annotation.Operation;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;
import ndop.fhir.edition.Edition;
import ndop.fhir.edition.PublishedArtefacts;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.Situation;
import org.hl7.fhir.dstu3.model.BooleanType;
import org.hl7.fhir.dstu3.model.CodeSystem;
import org.hl7.fhir.dstu3.model.CodeSystem.ConceptDefinitionComponent;
import org.hl7.fhir.dstu3.model.CodeableConcept;
import org.hl7.fhir.dstu3.model.Coding;
import org.hl7.fhir.dstu3.model.IdType;
import org.hl7.fhir.dstu3.model.MetadataResource;
import org.hl7.fhir.dstu3.model.Parameters;
import org.hl7.fhir.dstu3.model.StringType;
import org.hl7.fhir.dstu3.model.ValueSet;
import org.hl7.fhir.dstu3.model.ValueSet.ConceptReferenceComponent;
import org.hl7.fhir.dstu3.model.ValueSet.ValueSetExpansionComponent;
import org.hl7.fhir.dstu3.model.ValueSet.ValueSetExpansionContainsComponent;
import org.hl7.fhir.instance.model.api.IBaseParameters;

/**
 * Answers questions about the codes of the edition's value sets and code systems: {@code $expand},
 * {@code $validate-code} and {@code $lookup} (NDOP-208, decision D-30). HAPI's in-memory
 * terminology expands and looks up; no database and no terminology server is asked.
 *
 * <p>A display other than the published one is wrong here, though a Consent with it is accepted
 * (decision D-04): whoever asks wants to know.
 */
public final class TerminologyProvider {

  private static final String URL = "url";
  private static final String SYSTEM = "system";
  private static final String CODE = "code";
  private static final String DISPLAY = "display";
  private static final String EXPAND = "expand";
  private static final String VALIDATE_CODE = "validate-code";
  private static final String LOOKUP = "lookup";

  private final FhirContext fhir;
  private final Edition.Conformance conformance;
  private final PublishedArtefacts artefacts;
  private final IValidationSupport terminology;
  private final OperationRequestReader reader;
  private final SpineOutcomeFactory outcomes;

  public TerminologyProvider(
      FhirContext fhir,
      Edition edition,
      PublishedArtefacts artefacts,
      IValidationSupport terminology,
      OperationRequestReader reader,
      SpineOutcomeFactory outcomes) {
    this.fhir = fhir;
    this.conformance = edition.conformance();
    this.artefacts = artefacts;
    this.terminology = terminology;
    this.reader = reader;
    this.outcomes = outcomes;
  }

  /** A code as the caller sent it; display is null if none was sent. */
  private record SentCode(String system, String code, String display) {

    static SentCode of(Coding coding) {
      return new SentCode(coding.getSystem(), coding.getCode(), coding.getDisplay());
    }
  }

  @Operation(name = EXPAND, type = ValueSet.class, idempotent = true, manualRequest = true)
  public ValueSet expand(ServletRequestDetails request) {
    OperationRequest call = read(request, "ValueSet", EXPAND);
    return expanded(byUrl(ValueSet.class, call.required(URL)), call);
  }

  @Operation(name = EXPAND, type = ValueSet.class, idempotent = true, manualRequest = true)
  public ValueSet expandById(@IdParam IdType id, ServletRequestDetails request) {
    OperationRequest call = read(request, "ValueSet", EXPAND);
    return expanded(byId(ValueSet.class, id), call);
  }

  @Operation(name = VALIDATE_CODE, type = ValueSet.class, idempotent = true, manualRequest = true)
  public Parameters validateCodeInValueSet(ServletRequestDetails request) {
    OperationRequest call = read(request, "ValueSet", VALIDATE_CODE);
    return inValueSet(byUrl(ValueSet.class, call.required(URL)), call);
  }

  @Operation(name = VALIDATE_CODE, type = ValueSet.class, idempotent = true, manualRequest = true)
  public Parameters validateCodeInValueSetById(@IdParam IdType id, ServletRequestDetails request) {
    OperationRequest call = read(request, "ValueSet", VALIDATE_CODE);
    return inValueSet(byId(ValueSet.class, id), call);
  }

  @Operation(name = VALIDATE_CODE, type = CodeSystem.class, idempotent = true, manualRequest = true)
  public Parameters validateCodeInCodeSystem(ServletRequestDetails request) {
    OperationRequest call = read(request, "CodeSystem", VALIDATE_CODE);
    String url =
        call.text(URL)
            .or(() -> call.value("coding", Coding.class).map(Coding::getSystem))
            .orElseGet(() -> call.required(URL));
    return inCodeSystem(byUrl(CodeSystem.class, url), call);
  }

  @Operation(name = VALIDATE_CODE, type = CodeSystem.class, idempotent = true, manualRequest = true)
  public Parameters validateCodeInCodeSystemById(
      @IdParam IdType id, ServletRequestDetails request) {
    OperationRequest call = read(request, "CodeSystem", VALIDATE_CODE);
    return inCodeSystem(byId(CodeSystem.class, id), call);
  }

  @Operation(name = LOOKUP, type = CodeSystem.class, idempotent = true, manualRequest = true)
  public IBaseParameters lookup(ServletRequestDetails request) {
    OperationRequest call = read(request, "CodeSystem", LOOKUP);
    SentCode sent = sentCodes(call, null).get(0);
    CodeSystem system =
        byUrl(
            CodeSystem.class,
            Optional.ofNullable(sent.system()).orElseGet(() -> call.required(SYSTEM)));
    LookupCodeResult result =
        terminology.lookupCode(
            new ValidationSupportContext(terminology),
            new LookupCodeRequest(system.getUrl(), sent.code()));
    if (result == null || !result.isFound()) {
      throw outcomes.exception(
          Situation.UNKNOWN_RECORD,
          "The code system %s has no such code.".formatted(system.getUrl()));
    }
    return result.toParameters(fhir, null);
  }

  private OperationRequest read(ServletRequestDetails request, String type, String name) {
    return reader.read(request, conformance.operation(type, name), null);
  }

  private <T extends MetadataResource> T byUrl(Class<T> type, String url) {
    return artefacts.byUrl(type, url).orElseThrow(() -> unknown(type));
  }

  private <T extends MetadataResource> T byId(Class<T> type, IdType id) {
    return artefacts.byId(type, id.getIdPart()).orElseThrow(() -> unknown(type));
  }

  private RuntimeException unknown(Class<? extends MetadataResource> type) {
    return outcomes.exception(
        Situation.UNKNOWN_RECORD,
        "Expected a %s of this edition; found another or none.".formatted(type.getSimpleName()));
  }

  private ValueSet expanded(ValueSet valueSet, OperationRequest call) {
    Optional<String> filter = call.text("filter");
    List<ValueSetExpansionContainsComponent> codes =
        codes(valueSet).stream()
            .filter(code -> filter.isEmpty() || contains(code, filter.get()))
            .toList();
    int offset = Math.min(number(call, "offset").orElse(0), codes.size());
    int count = number(call, "count").orElse(codes.size());
    ValueSetExpansionComponent expansion =
        new ValueSetExpansionComponent()
            .setIdentifier("urn:uuid:" + UUID.randomUUID())
            .setTimestamp(new Date())
            .setTotal(codes.size());
    if (offset > 0 || count < codes.size()) {
      expansion.setOffset(offset);
    }
    codes.stream().skip(offset).limit(count).forEach(expansion::addContains);
    return valueSet.copy().setExpansion(expansion);
  }

  private static boolean contains(ValueSetExpansionContainsComponent code, String filter) {
    String wanted = filter.toLowerCase(Locale.ROOT);
    return code.getCode().toLowerCase(Locale.ROOT).contains(wanted)
        || String.valueOf(code.getDisplay()).toLowerCase(Locale.ROOT).contains(wanted);
  }

  private Optional<Integer> number(OperationRequest call, String name) {
    return call.text(name)
        .map(
            text -> {
              if (!text.matches("[0-9]{1,6}")) {
                throw outcomes.exception(
                    Situation.INVALID_PARAMETER,
                    "%s: expected a number from 0 to 999999; found another value.".formatted(name));
              }
              return Integer.valueOf(text);
            });
  }

  private List<ValueSetExpansionContainsComponent> codes(ValueSet valueSet) {
    ValueSetExpansionOutcome outcome =
        terminology.expandValueSet(
            new ValidationSupportContext(terminology), new ValueSetExpansionOptions(), valueSet);
    if (outcome == null || !(outcome.getValueSet() instanceof ValueSet expanded)) {
      throw new IllegalStateException("HAPI cannot expand the value set " + valueSet.getUrl());
    }
    List<String> order = published(valueSet);
    return expanded.getExpansion().getContains().stream()
        .sorted(Comparator.comparingInt(code -> order.indexOf(code.getCode())))
        .toList();
  }

  /** The codes in the order in which the edition has them; HAPI's order is any. */
  private List<String> published(ValueSet valueSet) {
    return valueSet.getCompose().getInclude().stream()
        .flatMap(
            include ->
                include.hasConcept()
                    ? include.getConcept().stream().map(ConceptReferenceComponent::getCode)
                    : artefacts.byUrl(CodeSystem.class, include.getSystem()).stream()
                        .flatMap(system -> system.getConcept().stream())
                        .map(ConceptDefinitionComponent::getCode))
        .toList();
  }

  private Parameters inValueSet(ValueSet valueSet, OperationRequest call) {
    List<ValueSetExpansionContainsComponent> codes = codes(valueSet);
    return verdict(
        sentCodes(call, null),
        sent ->
            codes.stream()
                .filter(code -> sent.system() == null || sent.system().equals(code.getSystem()))
                .filter(code -> code.getCode().equals(sent.code()))
                .map(code -> String.valueOf(code.getDisplay()))
                .findFirst());
  }

  private Parameters inCodeSystem(CodeSystem system, OperationRequest call) {
    return verdict(
        sentCodes(call, system.getUrl()),
        sent ->
            system.getConcept().stream()
                .filter(concept -> system.getUrl().equals(sent.system()))
                .filter(concept -> concept.getCode().equals(sent.code()))
                .map(ConceptDefinitionComponent::getDisplay)
                .findFirst());
  }

  /** The codes of which one must be right: one code, or those of a CodeableConcept. */
  private List<SentCode> sentCodes(OperationRequest call, String system) {
    Optional<CodeableConcept> concept = call.value("codeableConcept", CodeableConcept.class);
    Optional<Coding> coding = call.value("coding", Coding.class);
    Optional<String> code = call.text(CODE);
    long forms = List.of(concept, coding, code).stream().filter(Optional::isPresent).count();
    if (forms > 1) {
      throw outcomes.exception(
          Situation.INVALID_PARAMETER, "Expected one code; found it in several parameters.");
    }
    if (concept.isPresent() && !concept.get().getCoding().isEmpty()) {
      return concept.get().getCoding().stream().map(SentCode::of).toList();
    }
    if (coding.isPresent() && coding.get().hasCode()) {
      return List.of(SentCode.of(coding.get()));
    }
    return List.of(
        new SentCode(
            call.text(SYSTEM).orElse(system),
            call.required(CODE),
            call.text(DISPLAY).orElse(null)));
  }

  private static Parameters verdict(
      List<SentCode> sent, Function<SentCode, Optional<String>> displays) {
    Parameters answer = new Parameters();
    Optional<SentCode> known =
        sent.stream().filter(code -> displays.apply(code).isPresent()).findFirst();
    if (known.isEmpty()) {
      return result(answer, false, "The code is not one of them.");
    }
    String display = displays.apply(known.get()).orElseThrow();
    boolean asPublished = known.get().display() == null || known.get().display().equals(display);
    result(answer, asPublished, asPublished ? null : "The display is another.");
    answer.addParameter().setName(DISPLAY).setValue(new StringType(display));
    return answer;
  }

  private static Parameters result(Parameters answer, boolean right, String message) {
    answer.addParameter().setName("result").setValue(new BooleanType(right));
    if (message != null) {
      answer.addParameter().setName("message").setValue(new StringType(message));
    }
    return answer;
  }
}
