package ndop.fhir.provider;

import ca.uhn.fhir.rest.annotation.Metadata;
import ca.uhn.fhir.rest.api.server.RequestDetails;
import ca.uhn.fhir.rest.server.IServerConformanceProvider;
import ca.uhn.fhir.rest.server.RestfulServer;
import jakarta.servlet.http.HttpServletRequest;
import ndop.fhir.edition.EditionPackage;
import org.hl7.fhir.dstu3.model.CapabilityStatement;

/**
 * Answers {@code metadata} with the statement that was generated from the same facts as the
 * server's behaviour (NDOP-066 to NDOP-081).
 */
public final class CapabilityStatementProvider
    implements IServerConformanceProvider<CapabilityStatement> {

  private final CapabilityStatement statement;

  public CapabilityStatementProvider(EditionPackage edition) {
    statement =
        edition.resource(CapabilityStatement.class, edition.edition().capabilityStatement());
  }

  /** A copy, so that nothing in HAPI can change the next answer. */
  @Metadata
  @Override
  public CapabilityStatement getServerConformance(
      HttpServletRequest request, RequestDetails details) {
    return statement.copy();
  }

  /** HAPI offers the server to ask it what it does; the edition's facts say that here. */
  @Override
  public void setRestfulServer(RestfulServer server) {}
}
