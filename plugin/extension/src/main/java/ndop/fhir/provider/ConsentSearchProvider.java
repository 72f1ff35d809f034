package ndop.fhir.provider;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.jpa.api.dao.DaoRegistry;
import ca.uhn.fhir.jpa.searchparam.SearchParameterMap;
import ca.uhn.fhir.jpa.searchparam.util.JpaParamUtil;
import ca.uhn.fhir.model.api.IQueryParameterAnd;
import ca.uhn.fhir.rest.annotation.Count;
import ca.uhn.fhir.rest.annotation.Offset;
import ca.uhn.fhir.rest.annotation.Search;
import ca.uhn.fhir.rest.api.QualifiedParamList;
import ca.uhn.fhir.rest.api.RestSearchParameterTypeEnum;
import ca.uhn.fhir.rest.api.server.IBundleProvider;
import ca.uhn.fhir.rest.api.server.SystemRequestDetails;
import ca.uhn.fhir.rest.param.TokenParam;
import ca.uhn.fhir.rest.server.servlet.ServletRequestDetails;
import java.util.List;
import java.util.Map;
import ndop.fhir.edition.Edition;
import ndop.fhir.policy.PatientReferenceParser;
import ndop.fhir.request.RequestCaller;
import org.hl7.fhir.dstu3.model.Consent;
import org.hl7.fhir.instance.model.api.IBaseResource;

/**
 * The search for Consents (NDOP-100 to NDOP-111): by patient it goes by the NHS number, whatever
 * host the stored reference names (NDOP-204, decision D-11), and a value without an NHS number
 * finds nobody (NDOP-108). A caller whose token is bound to a patient finds that patient's Consents
 * only.
 *
 * <p>A patient has one Consent, or one for each purpose, so the whole result is read and the page
 * is cut out of it: the total is always known (NDOP-103), and a next page has an address of its
 * own.
 *
 * <p>It is a plain provider; HAPI's own search, which leaves out the total where there are pages,
 * is not bound. {@code RequestScopeInterceptor} has checked the parameters.
 *
 * @see PatientHistoryProvider the history of a patient
 */
public final class ConsentSearchProvider {

  /** Not an NHS number, so it matches nothing. */
  private static final String NO_PATIENT = "-";

  private final FhirContext fhir;
  private final Edition edition;
  private final PatientReferenceParser patients;
  private final DaoRegistry daos;

  public ConsentSearchProvider(
      FhirContext fhir, Edition edition, PatientReferenceParser patients, DaoRegistry daos) {
    this.fhir = fhir;
    this.edition = edition;
    this.patients = patients;
    this.daos = daos;
  }

  /** Answers {@code Consent?patient=…}. */
  @Search(type = Consent.class, allowUnknownParams = true)
  public IBundleProvider search(
      @Offset Integer offset, @Count Integer count, ServletRequestDetails request) {
    // Not the client's request, whose _offset and _count would apply to this search.
    List<IBaseResource> found =
        daos.getResourceDao(Consent.class)
            .search(query(request), new SystemRequestDetails())
            .getAllResources();
    return InMemoryPage.of(found, offset, count);
  }

  private SearchParameterMap query(ServletRequestDetails request) {
    SearchParameterMap query = SearchParameterMap.newSynchronous();
    Map<String, String[]> sent = request.getParameters();
    edition
        .search()
        .parameters()
        .forEach(
            (name, parameter) -> {
              if (sent.containsKey(name)) {
                add(query, name, parameter, sent.get(name)[0]);
              }
            });
    String byPatient = edition.search().parameters().get(edition.patient().element()).identity();
    RequestCaller.get(request)
        .boundTo()
        .ifPresent(nhsNumber -> query.add(byPatient, new TokenParam(null, nhsNumber)));
    return query;
  }

  private void add(
      SearchParameterMap query, String name, Edition.Parameter parameter, String value) {
    if (parameter.identity() == null) {
      query.add(name, values(name, parameter.type(), value));
    } else {
      String nhsNumber = patients.nhsNumberOfParameter(value).orElse(NO_PATIENT);
      query.add(parameter.identity(), new TokenParam(null, nhsNumber));
    }
  }

  /** One of the comma-separated values has to match. */
  private IQueryParameterAnd<?> values(String name, String type, String value) {
    return JpaParamUtil.parseQueryParams(
        fhir,
        RestSearchParameterTypeEnum.forCode(type),
        name,
        List.of(QualifiedParamList.splitQueryStringByCommasIgnoreEscape(null, value)));
  }
}
