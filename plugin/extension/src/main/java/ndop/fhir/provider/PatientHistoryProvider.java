package ndop.fhir.provider;

import ca.uhn.fhir.jpa.api.dao.DaoRegistry;
import ca.uhn.fhir.jpa.api.dao.IFhirResourceDao;
import ca.uhn.fhir.jpa.searchparam.SearchParameterMap;
import ca.uhn.fhir.jpa.searchparam.matcher.SearchParamMatcher;
import ca.uhn.fhir.rest.annotation.Count;
import ca.uhn.fhir.rest.annotation.History;
import ca.uhn.fhir.rest.annotation.Offset;
import ca.uhn.fhir.rest.annotation.Since;
import ca.uhn.fhir.rest.api.server.IBundleProvider;
import ca.uhn.fhir.rest.api.server.RequestDetails;
import ca.uhn.fhir.rest.api.server.SystemRequestDetails;
import ca.uhn.fhir.rest.param.DateRangeParam;
import ca.uhn.fhir.rest.param.HistorySearchDateRangeParam;
import ca.uhn.fhir.rest.param.TokenParam;
import ca.uhn.fhir.util.UrlUtil;
import java.util.Comparator;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import ndop.fhir.edition.Edition;
import ndop.fhir.policy.PatientReferenceParser;
import org.hl7.fhir.dstu3.model.Consent;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.instance.model.api.IIdType;

/**
 * The history of a patient: every version of each of the patient's Consents, newest first, filtered
 * by version or by search parameters (NDOP-124 to NDOP-127, NDOP-204, decision D-07). Base FHIR has
 * no such interaction.
 *
 * <p>It is a plain provider, not a resource provider, so that HAPI prefers it to its own history.
 * It checks neither parameters nor the caller; {@code RequestScopeInterceptor} and {@code
 * PatientAuthorizationInterceptor} have already done so.
 *
 * @see ConsentSearchProvider the search by patient
 */
public final class PatientHistoryProvider {

  private static final Comparator<IBaseResource> NEWEST_FIRST =
      Comparator.comparing(
          (IBaseResource version) -> version.getMeta().getLastUpdated(), Comparator.reverseOrder());

  private final Edition edition;
  private final PatientReferenceParser patients;
  private final DaoRegistry daos;
  private final SearchParamMatcher matcher;

  public PatientHistoryProvider(
      Edition edition,
      PatientReferenceParser patients,
      DaoRegistry daos,
      SearchParamMatcher matcher) {
    this.edition = edition;
    this.patients = patients;
    this.daos = daos;
    this.matcher = matcher;
  }

  /** Answers {@code Consent/_history?patient=…}. */
  @History(type = Consent.class)
  public IBundleProvider history(
      @Offset Integer offset, @Count Integer count, @Since Date since, RequestDetails request) {
    Map<String, String[]> parameters = request.getParameters();
    String patient = parameters.get(edition.history().by())[0];
    List<IBaseResource> versions =
        patients.nhsNumberOfParameter(patient).stream()
            .flatMap(this::consents)
            .flatMap(id -> versions(id, since))
            .filter(version -> isRequestedVersion(version, parameters))
            .filter(version -> passesFilters(version, parameters))
            .sorted(NEWEST_FIRST)
            .toList();
    return InMemoryPage.of(versions, offset, count);
  }

  private Stream<IIdType> consents(String nhsNumber) {
    Edition.Parameter by = edition.search().parameters().get(edition.history().by());
    SearchParameterMap search =
        SearchParameterMap.newSynchronous().add(by.identity(), new TokenParam(null, nhsNumber));
    // Not the client's request, whose _offset and _count would apply to this search.
    return dao().search(search, new SystemRequestDetails()).getAllResources().stream()
        .map(resource -> resource.getIdElement().toUnqualifiedVersionless());
  }

  private Stream<IBaseResource> versions(IIdType id, Date since) {
    HistorySearchDateRangeParam all =
        new HistorySearchDateRangeParam(Map.of(), new DateRangeParam(since, null), null);
    return dao()
        .history(id, all, new SystemRequestDetails())
        .getResources(0, Integer.MAX_VALUE)
        .stream();
  }

  private boolean isRequestedVersion(IBaseResource version, Map<String, String[]> parameters) {
    String[] requested = parameters.get(String.valueOf(edition.history().version()));
    return requested == null || requested[0].equals(version.getIdElement().getVersionIdPart());
  }

  private boolean passesFilters(IBaseResource version, Map<String, String[]> parameters) {
    return edition.history().filters().stream()
        .filter(parameters::containsKey)
        .allMatch(
            name ->
                matcher
                    .match(
                        "%s?%s=%s"
                            .formatted(
                                edition.resourceType(),
                                name,
                                UrlUtil.escapeUrlParam(parameters.get(name)[0])),
                        version,
                        new SystemRequestDetails())
                    .matched());
  }

  private IFhirResourceDao<Consent> dao() {
    return daos.getResourceDao(Consent.class);
  }
}
