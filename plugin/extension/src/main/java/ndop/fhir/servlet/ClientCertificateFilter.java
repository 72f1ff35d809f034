package ndop.fhir.servlet;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.cert.X509Certificate;
import ndop.fhir.policy.ClientCertificateAllowList;
import ndop.fhir.policy.Outcome;
import ndop.fhir.policy.Situation;

/**
 * Refuses whoever shows no certificate of the list. Whether a certificate is genuine and valid the
 * handshake has found out before.
 */
public final class ClientCertificateFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;
  private static final String CERTIFICATES = "jakarta.servlet.request.X509Certificate";

  private final transient ClientCertificateAllowList clients;
  private final transient SpineErrorResponseFactory responses;

  public ClientCertificateFilter(
      ClientCertificateAllowList clients, SpineErrorResponseFactory responses) {
    this.clients = clients;
    this.responses = responses;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (request.getAttribute(CERTIFICATES) instanceof X509Certificate[] shown
        && shown.length > 0
        && clients.include(shown[0])) {
      chain.doFilter(request, response);
      return;
    }
    responses
        .forOutcome(
            Outcome.of(
                Situation.UNKNOWN_CERTIFICATE,
                "Expected a client certificate of the list of this server; found another or none."),
            request.getHeader("Accept"))
        .writeTo(response);
  }
}
