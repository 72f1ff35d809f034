package ndop.fhir.web;

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
import java.util.function.Function;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;

/**
 * Serves what is published alongside the API: the start page, to a browser that requests the root,
 * and the {@link PublishedFiles}.
 *
 * <p>Order: {@link ndop.fhir.servlet.FilterOrder#PUBLISHED_CONTENT}, after the limits and the
 * client certificates. It passes on every other request, including one for the root that does not
 * prefer HTML; {@code HostScopeFilter} refuses those that are not for the API.
 */
public final class PublishedContentFilter extends HttpFilter {

  private static final long serialVersionUID = 1L;
  private static final Set<String> READ_METHODS = Set.of("GET", "HEAD");
  private static final String NO_CONTENT_POLICY = "default-src 'none'; frame-ancestors 'none'";

  private final transient StartPage page;
  private final transient PublishedFiles files;
  private final transient Function<ServletContext, String> apiPath;

  /**
   * Creates the filter; {@code apiPath} finds the path of the API in a host, such as {@code /fhir}.
   */
  public PublishedContentFilter(
      StartPage page, PublishedFiles files, Function<ServletContext, String> apiPath) {
    this.page = page;
    this.files = files;
    this.apiPath = apiPath;
  }

  @Override
  protected void doFilter(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws IOException, ServletException {
    String path = request.getRequestURI().substring(request.getContextPath().length());
    if (!READ_METHODS.contains(request.getMethod())) {
      chain.doFilter(request, response);
    } else if (path.equals("/") && prefersHtml(request.getHeader("Accept"))) {
      String html = page.html(root(request), apiPath.apply(request.getServletContext()));
      response.addHeader("Vary", "Accept");
      write(
          response,
          "text/html;charset=UTF-8",
          page.contentSecurityPolicy(),
          html.getBytes(StandardCharsets.UTF_8));
    } else {
      Optional<PublishedFiles.Content> file =
          files.find(path.substring(Math.min(1, path.length())));
      if (file.isPresent()) {
        write(response, file.get().mediaType(), NO_CONTENT_POLICY, file.get().bytes());
      } else {
        chain.doFilter(request, response);
      }
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

  /** Whether HTML is preferred to every FHIR type; a wildcard does not count as HTML. */
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
}
