package ndop.fhir.provider;

import ca.uhn.fhir.rest.annotation.Metadata;
import ca.uhn.fhir.rest.api.server.RequestDetails;
import ca.uhn.fhir.rest.server.IServerConformanceProvider;
import ca.uhn.fhir.rest.server.RestfulServer;
import jakarta.servlet.http.HttpServletRequest;
import ndop.fhir.edition.EditionPackage;
import org.hl7.fhir.dstu3.model.CapabilityStatement;

/**
 * Answers {@code metadata} with the CapabilityStatement of the edition's package, which is
 * generated from the same facts as the server's behaviour (NDOP-066 to NDOP-081).
 *
 * <p>It is not HAPI's {@code ServerCapabilityStatementProvider}, which describes the methods that
 * are bound.
 */
public final class CapabilityStatementProvider
    implements IServerConformanceProvider<CapabilityStatement> {

  private final CapabilityStatement statement;

  public CapabilityStatementProvider(EditionPackage edition) {
    statement =
        edition.resource(CapabilityStatement.class, edition.edition().capabilityStatement());
  }

  /** Returns a copy, so that nothing in HAPI can change the next answer. */
  @Metadata
  @Override
  public CapabilityStatement getServerConformance(
      HttpServletRequest request, RequestDetails details) {
    return statement.copy();
  }

  /** Does nothing: the statement does not depend on what the server has bound. */
  @Override
  public void setRestfulServer(RestfulServer server) {}
}
