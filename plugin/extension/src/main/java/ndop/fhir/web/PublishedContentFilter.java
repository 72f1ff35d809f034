package ndop.fhir.web;

import ca.uhn.fhir.rest.server.RestfulServer;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletContext;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.cors.CorsConfiguration;

/**
 * Gives a browser the start page at the root of the server, and anybody the published files. What a
 * FHIR client asks for goes its way untouched, the root included.
 */
public final class PublishedContentFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;
  private static final Set<String> READING = Set.of("GET", "HEAD");
  private static final String NOTHING = "default-src 'none'; frame-ancestors 'none'";

  private final transient StartPage page;
  private final transient PublishedFiles files;
  private final transient CorsConfiguration origins;

  /** Pages of {@code origins} may read the files, as they may call the API. */
  public PublishedContentFilter(StartPage page, PublishedFiles files, CorsConfiguration origins) {
    this.page = page;
    this.files = files;
    this.origins = origins;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    String path = request.getRequestURI().substring(request.getContextPath().length());
    if (!READING.contains(request.getMethod())) {
      chain.doFilter(request, response);
    } else if (path.equals("/") && prefersHtml(request.getHeader("Accept"))) {
      String html = page.html(root(request), api(request.getServletContext()));
      response.setHeader("Vary", "Accept");
      write(
          response,
          "text/html;charset=UTF-8",
          page.contentSecurityPolicy(),
          html.getBytes(StandardCharsets.UTF_8));
    } else {
      Optional<PublishedFiles.Content> file =
          files.find(path.substring(Math.min(1, path.length())));
      if (file.isPresent()) {
        letOtherOriginsRead(request, response);
        write(response, file.get().mediaType(), NOTHING, file.get().bytes());
      } else {
        chain.doFilter(request, response);
      }
    }
  }

  private void letOtherOriginsRead(HttpServletRequest request, HttpServletResponse response) {
    response.addHeader("Vary", "Origin");
    String allowed = origins.checkOrigin(request.getHeader("Origin"));
    if (allowed != null) {
      response.setHeader("Access-Control-Allow-Origin", allowed);
    }
  }

  private static void write(
      HttpServletResponse response, String mediaType, String policy, byte[] content)
      throws IOException {
    response.setContentType(mediaType);
    response.setContentLength(content.length);
    response.setHeader("Cache-Control", "no-cache");
    response.setHeader("Content-Security-Policy", policy);
    response.setHeader("Referrer-Policy", "no-referrer");
    response.setHeader("X-Content-Type-Options", "nosniff");
    response.getOutputStream().write(content);
  }

  /** Whether HTML is liked better than anything that FHIR has; a wildcard is no wish for HTML. */
  static boolean prefersHtml(String accept) {
    double html = 0;
    double fhir = 0;
    for (MediaType type : types(accept)) {
      String subtype = type.getSubtype();
      if (subtype.equals("html")) {
        html = Math.max(html, type.getQualityValue());
      } else if (subtype.contains("fhir") || subtype.equals("json")) {
        fhir = Math.max(fhir, type.getQualityValue());
      }
    }
    return html > fhir;
  }

  private static List<MediaType> types(String accept) {
    try {
      return MediaType.parseMediaTypes(accept);
    } catch (InvalidMediaTypeException malformed) {
      return List.of();
    }
  }

  private static String root(HttpServletRequest request) {
    StringBuffer url = request.getRequestURL();
    return url.substring(0, url.length() - request.getRequestURI().length())
        + request.getContextPath();
  }

  /** Where the host put HAPI's servlet, such as {@code /fhir}. */
  private static String api(ServletContext context) {
    return context.getServletRegistrations().values().stream()
        .filter(servlet -> RestfulServer.class.getName().equals(servlet.getClassName()))
        .flatMap(servlet -> servlet.getMappings().stream())
        .map(mapping -> mapping.replaceFirst("/\\*$", ""))
        .findFirst()
        .orElse("/fhir");
  }
}
