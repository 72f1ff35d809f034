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
 * Refuses every client whose certificate is not on the server's list (NDOP-170).
 *
 * <p>Order: {@link FilterOrder#CLIENT_CERTIFICATE}; registered only if a list is configured.
 *
 * <p>It does not verify certificates; the TLS handshake has done so. It does not identify the
 * caller; {@code AuthenticationInterceptor} does, from the token.
 *
 * @see ClientCertificateAllowList
 */
public final class ClientCertificateFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;
  private static final String CERTIFICATES = "jakarta.servlet.request.X509Certificate";

  private final transient ClientCertificateAllowList allowed;
  private final transient SpineErrorResponseFactory responses;

  public ClientCertificateFilter(
      ClientCertificateAllowList allowed, SpineErrorResponseFactory responses) {
    this.allowed = allowed;
    this.responses = responses;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    if (request.getAttribute(CERTIFICATES) instanceof X509Certificate[] shown
        && shown.length > 0
        && allowed.allows(shown[0])) {
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
