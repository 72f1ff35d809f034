package ndop.fhir.provider;

import ca.uhn.fhir.model.api.IQueryParameterOr;
import ca.uhn.fhir.model.api.IQueryParameterType;
import ca.uhn.fhir.rest.annotation.IdParam;
import ca.uhn.fhir.rest.annotation.OptionalParam;
import ca.uhn.fhir.rest.annotation.Read;
import ca.uhn.fhir.rest.annotation.Search;
import ca.uhn.fhir.rest.param.StringOrListParam;
import ca.uhn.fhir.rest.param.StringParam;
import ca.uhn.fhir.rest.param.TokenOrListParam;
import ca.uhn.fhir.rest.param.TokenParam;
import ca.uhn.fhir.rest.param.UriOrListParam;
import ca.uhn.fhir.rest.param.UriParam;
import java.util.List;
import java.util.function.Function;
import ndop.fhir.edition.PublishedArtefacts;
import ndop.fhir.edition.PublishedArtefacts.Query;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.Outcome;
import org.hl7.fhir.dstu3.model.CapabilityStatement;
import org.hl7.fhir.dstu3.model.CodeSystem;
import org.hl7.fhir.dstu3.model.IdType;
import org.hl7.fhir.dstu3.model.MetadataResource;
import org.hl7.fhir.dstu3.model.SearchParameter;
import org.hl7.fhir.dstu3.model.StructureDefinition;
import org.hl7.fhir.dstu3.model.ValueSet;

/**
 * Answers a read and a search of the edition's own artefacts, from its package and not from the
 * database (NDOP-206, decision D-30).
 *
 * <p>It is a plain provider, not a resource provider, so that it can serve several types and HAPI
 * prefers it to its own.
 */
public final class ConformanceResourceProvider {

  private final PublishedArtefacts artefacts;
  private final SpineOutcomeFactory outcomes;

  public ConformanceResourceProvider(PublishedArtefacts artefacts, SpineOutcomeFactory outcomes) {
    this.artefacts = artefacts;
    this.outcomes = outcomes;
  }

  @Read(type = StructureDefinition.class)
  public StructureDefinition structureDefinition(@IdParam IdType id) {
    return read(StructureDefinition.class, id);
  }

  @Read(type = ValueSet.class)
  public ValueSet valueSet(@IdParam IdType id) {
    return read(ValueSet.class, id);
  }

  @Read(type = CodeSystem.class)
  public CodeSystem codeSystem(@IdParam IdType id) {
    return read(CodeSystem.class, id);
  }

  @Read(type = SearchParameter.class)
  public SearchParameter searchParameter(@IdParam IdType id) {
    return read(SearchParameter.class, id);
  }

  @Read(type = CapabilityStatement.class)
  public CapabilityStatement capabilityStatement(@IdParam IdType id) {
    return read(CapabilityStatement.class, id);
  }

  @Search(type = StructureDefinition.class)
  public List<StructureDefinition> structureDefinitions(
      @OptionalParam(name = "_id") TokenOrListParam ids,
      @OptionalParam(name = "url") UriOrListParam urls,
      @OptionalParam(name = "name") StringOrListParam names) {
    return search(StructureDefinition.class, ids, urls, names);
  }

  @Search(type = ValueSet.class)
  public List<ValueSet> valueSets(
      @OptionalParam(name = "_id") TokenOrListParam ids,
      @OptionalParam(name = "url") UriOrListParam urls,
      @OptionalParam(name = "name") StringOrListParam names) {
    return search(ValueSet.class, ids, urls, names);
  }

  @Search(type = CodeSystem.class)
  public List<CodeSystem> codeSystems(
      @OptionalParam(name = "_id") TokenOrListParam ids,
      @OptionalParam(name = "url") UriOrListParam urls,
      @OptionalParam(name = "name") StringOrListParam names) {
    return search(CodeSystem.class, ids, urls, names);
  }

  @Search(type = SearchParameter.class)
  public List<SearchParameter> searchParameters(
      @OptionalParam(name = "_id") TokenOrListParam ids,
      @OptionalParam(name = "url") UriOrListParam urls,
      @OptionalParam(name = "name") StringOrListParam names) {
    return search(SearchParameter.class, ids, urls, names);
  }

  @Search(type = CapabilityStatement.class)
  public List<CapabilityStatement> capabilityStatements(
      @OptionalParam(name = "_id") TokenOrListParam ids,
      @OptionalParam(name = "url") UriOrListParam urls,
      @OptionalParam(name = "name") StringOrListParam names) {
    return search(CapabilityStatement.class, ids, urls, names);
  }

  /** Copies, so that nothing in HAPI can change the next answer. */
  private <T extends MetadataResource> T read(Class<T> type, IdType id) {
    return artefacts
        .byId(type, id.getIdPart())
        .map(found -> type.cast(found.copy()))
        .orElseThrow(() -> outcomes.exception(Outcome.unknownRecord()));
  }

  private <T extends MetadataResource> List<T> search(
      Class<T> type, TokenOrListParam ids, UriOrListParam urls, StringOrListParam names) {
    Query query =
        new Query(
            values(ids, TokenParam::getValue),
            values(urls, UriParam::getValue),
            values(names, StringParam::getValue));
    return artefacts.find(type, query).stream().map(found -> type.cast(found.copy())).toList();
  }

  private static <P extends IQueryParameterType> List<String> values(
      IQueryParameterOr<P> parameter, Function<P, String> value) {
    return parameter == null
        ? List.of()
        : parameter.getValuesAsQueryTokens().stream().map(value).toList();
  }
}
