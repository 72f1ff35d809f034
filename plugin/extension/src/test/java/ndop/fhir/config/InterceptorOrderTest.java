package ndop.fhir.config;

import static ca.uhn.fhir.interceptor.api.Pointcut.SERVER_HANDLE_EXCEPTION;
import static ca.uhn.fhir.interceptor.api.Pointcut.SERVER_INCOMING_REQUEST_POST_PROCESSED;
import static ca.uhn.fhir.interceptor.api.Pointcut.SERVER_INCOMING_REQUEST_PRE_HANDLER_SELECTED;
import static ca.uhn.fhir.interceptor.api.Pointcut.SERVER_INCOMING_REQUEST_PRE_PROCESSED;
import static ca.uhn.fhir.interceptor.api.Pointcut.SERVER_OUTGOING_RESPONSE;
import static ca.uhn.fhir.interceptor.api.Pointcut.SERVER_OUTGOING_WRITER_CREATED;
import static ca.uhn.fhir.interceptor.api.Pointcut.SERVER_PRE_PROCESS_OUTGOING_EXCEPTION;
import static ca.uhn.fhir.interceptor.api.Pointcut.SERVER_PROCESSING_COMPLETED;
import static ca.uhn.fhir.interceptor.api.Pointcut.SERVER_PROVIDER_METHOD_BOUND;
import static ca.uhn.fhir.interceptor.api.Pointcut.STORAGE_PRECOMMIT_RESOURCE_CREATED;
import static ca.uhn.fhir.interceptor.api.Pointcut.STORAGE_PRECOMMIT_RESOURCE_UPDATED;
import static ca.uhn.fhir.interceptor.api.Pointcut.STORAGE_PRESTORAGE_RESOURCE_CREATED;
import static ca.uhn.fhir.interceptor.api.Pointcut.STORAGE_PRESTORAGE_RESOURCE_UPDATED;
import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;

import ca.uhn.fhir.interceptor.api.Hook;
import ca.uhn.fhir.interceptor.api.IBaseInterceptorBroadcaster.IInvoker;
import ca.uhn.fhir.interceptor.api.Pointcut;
import ca.uhn.fhir.rest.server.RestfulServer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import ndop.fhir.edition.Edition;
import ndop.fhir.edition.EditionFixtures;
import ndop.fhir.interceptor.AuditEventInterceptor;
import ndop.fhir.interceptor.AuditLogInterceptor;
import ndop.fhir.interceptor.AuthenticationInterceptor;
import ndop.fhir.interceptor.ConditionalReadInterceptor;
import ndop.fhir.interceptor.CorsInterceptor;
import ndop.fhir.interceptor.DurabilityInterceptor;
import ndop.fhir.interceptor.IfMatchInterceptor;
import ndop.fhir.interceptor.ImmutablePatientInterceptor;
import ndop.fhir.interceptor.InteractionBindingInterceptor;
import ndop.fhir.interceptor.LocationHeaderInterceptor;
import ndop.fhir.interceptor.PageSizeInterceptor;
import ndop.fhir.interceptor.PatientAuthorizationInterceptor;
import ndop.fhir.interceptor.RequestScopeInterceptor;
import ndop.fhir.interceptor.RequestValidatingInterceptor;
import ndop.fhir.interceptor.ResponseCompressionInterceptor;
import ndop.fhir.interceptor.SpineExceptionInterceptor;
import ndop.fhir.interceptor.UpdateAsCreateInterceptor;
import ndop.fhir.outcome.SpineOutcomeFactory;
import ndop.fhir.policy.ImmutablePatientPolicy;
import ndop.fhir.policy.InteractionPolicy;
import ndop.fhir.policy.ParameterPolicy;
import ndop.fhir.policy.PatientReferenceParser;
import ndop.fhir.store.Database;
import ndop.fhir.store.FreeSpace;
import ndop.fhir.store.Readiness;
import ndop.fhir.store.StoreMonitor;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The order in which HAPI calls the interceptors, as a server of the default edition has them. */
class InterceptorOrderTest {

  /** At each pointcut, from the first that is called to the last. */
  private static final Map<Pointcut, List<Class<?>>> EXPECTED =
      Map.ofEntries(
          entry(SERVER_PROVIDER_METHOD_BOUND, List.of(InteractionBindingInterceptor.class)),
          entry(SERVER_INCOMING_REQUEST_PRE_PROCESSED, List.of(CorsInterceptor.class)),
          entry(
              SERVER_INCOMING_REQUEST_PRE_HANDLER_SELECTED,
              List.of(
                  AuthenticationInterceptor.class,
                  RequestScopeInterceptor.class,
                  ConditionalReadInterceptor.class,
                  ResponseCompressionInterceptor.class,
                  PageSizeInterceptor.class)),
          entry(
              SERVER_INCOMING_REQUEST_POST_PROCESSED,
              List.of(
                  RequestValidatingInterceptor.class,
                  PatientAuthorizationInterceptor.class,
                  IfMatchInterceptor.class,
                  DurabilityInterceptor.class)),
          entry(STORAGE_PRESTORAGE_RESOURCE_CREATED, List.of(UpdateAsCreateInterceptor.class)),
          entry(
              STORAGE_PRESTORAGE_RESOURCE_UPDATED,
              List.of(IfMatchInterceptor.class, ImmutablePatientInterceptor.class)),
          entry(
              STORAGE_PRECOMMIT_RESOURCE_CREATED,
              List.of(
                  AuditEventInterceptor.class,
                  AuditLogInterceptor.class,
                  DurabilityInterceptor.class)),
          entry(
              STORAGE_PRECOMMIT_RESOURCE_UPDATED,
              List.of(
                  AuditEventInterceptor.class,
                  AuditLogInterceptor.class,
                  DurabilityInterceptor.class)),
          entry(
              SERVER_OUTGOING_RESPONSE,
              List.of(
                  SpineExceptionInterceptor.class,
                  ConditionalReadInterceptor.class,
                  DurabilityInterceptor.class,
                  AuditLogInterceptor.class,
                  PageSizeInterceptor.class)),
          entry(SERVER_OUTGOING_WRITER_CREATED, List.of(LocationHeaderInterceptor.class)),
          entry(SERVER_PRE_PROCESS_OUTGOING_EXCEPTION, List.of(SpineExceptionInterceptor.class)),
          entry(SERVER_HANDLE_EXCEPTION, List.of(AuditLogInterceptor.class)),
          entry(SERVER_PROCESSING_COMPLETED, List.of(AuditLogInterceptor.class)));

  @TempDir private Path folder;

  private InterceptorRegistry registry;

  @BeforeEach
  void makeEveryInterceptor() {
    Edition edition = EditionFixtures.FACTS;
    NdopProperties properties =
        PropertiesFixtures.bind(
            Map.of(
                "ndop.trail.file",
                folder.resolve("audit.jsonl").toString(),
                "ndop.trail.events",
                "true"));
    InteractionPolicy interactions = new InteractionPolicy(edition);
    PatientReferenceParser patients = new PatientReferenceParser(edition);
    SpineOutcomeFactory outcomes = new SpineOutcomeFactory(edition);
    Database database = new Database(null, "", true);
    StoreMonitor store = new StoreMonitor(database);
    registry =
        new InterceptorRegistry(
            edition,
            properties,
            interactions,
            new ParameterPolicy(edition),
            null,
            CallerPolicyFactory.create(edition, properties, () -> null),
            patients,
            new ImmutablePatientPolicy(patients),
            new ProviderRegistry(
                EditionFixtures.FHIR,
                EditionFixtures.PACKAGE.withoutConformance(),
                properties,
                patients,
                null,
                null,
                null,
                null,
                null,
                outcomes),
            null,
            outcomes,
            new AuditInterceptorFactory(
                properties, edition, interactions, patients, outcomes, null, new Readiness()),
            new DurabilityInterceptor(new FreeSpace(List.of(), 0), database, store, outcomes),
            store);
  }

  @Test
  void doesNotDependOnTheOrderOfRegistration() {
    RestfulServer server = new RestfulServer(EditionFixtures.FHIR);
    registry.register(server);
    assertThat(sequences(server)).isEqualTo(EXPECTED);

    List<Object> reversed = new ArrayList<>(registry.interceptors());
    Collections.reverse(reversed);
    RestfulServer other = new RestfulServer(EditionFixtures.FHIR);
    reversed.forEach(other::registerInterceptor);
    assertThat(sequences(other)).isEqualTo(EXPECTED);
  }

  @Test
  void guardsComeBeforeInterceptorsOfTheHostAndTheAuditLogAfterThem() {
    RestfulServer server = new RestfulServer(EditionFixtures.FHIR);
    Object host = new HostInterceptor();
    server.registerInterceptor(host);
    registry.register(server);

    for (Pointcut pointcut :
        List.of(
            SERVER_INCOMING_REQUEST_PRE_HANDLER_SELECTED,
            SERVER_INCOMING_REQUEST_POST_PROCESSED,
            SERVER_PRE_PROCESS_OUTGOING_EXCEPTION,
            SERVER_HANDLE_EXCEPTION)) {
      assertThat(classes(server, pointcut)).endsWith(HostInterceptor.class);
    }
    assertThat(classes(server, SERVER_OUTGOING_RESPONSE))
        .containsExactly(
            SpineExceptionInterceptor.class,
            HostInterceptor.class,
            ConditionalReadInterceptor.class,
            DurabilityInterceptor.class,
            AuditLogInterceptor.class,
            PageSizeInterceptor.class);
  }

  private static Map<Pointcut, List<Class<?>>> sequences(RestfulServer server) {
    Map<Pointcut, List<Class<?>>> sequences = new EnumMap<>(Pointcut.class);
    Arrays.stream(Pointcut.values())
        .filter(pointcut -> !classes(server, pointcut).isEmpty())
        .forEach(pointcut -> sequences.put(pointcut, classes(server, pointcut)));
    return sequences;
  }

  private static List<Class<?>> classes(RestfulServer server, Pointcut pointcut) {
    return server.getInterceptorService().getInvokersForPointcut(pointcut).stream()
        .map(IInvoker::getInterceptor)
        .<Class<?>>map(Object::getClass)
        .toList();
  }

  /** Says nothing of its order, as most interceptors do. */
  @SuppressWarnings("unused")
  private static final class HostInterceptor {

    @Hook(SERVER_INCOMING_REQUEST_PRE_HANDLER_SELECTED)
    public void preHandlerSelected() {}

    @Hook(SERVER_INCOMING_REQUEST_POST_PROCESSED)
    public void postProcessed() {}

    @Hook(SERVER_PRE_PROCESS_OUTGOING_EXCEPTION)
    public void preProcessException() {}

    @Hook(SERVER_HANDLE_EXCEPTION)
    public void handleException() {}

    @Hook(SERVER_OUTGOING_RESPONSE)
    public void outgoingResponse() {}
  }
}
