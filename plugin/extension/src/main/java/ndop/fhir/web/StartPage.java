package ndop.fhir.web;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import ndop.fhir.edition.Edition;
import org.thymeleaf.TemplateEngine;
import org.thymeleaf.context.Context;
import org.thymeleaf.templateresolver.StringTemplateResolver;

/**
 * The page that a browser gets at the root of the server: which edition it serves, the requests
 * that it answers, its profiles and its examples. Its scripts validate a Consent and set a
 * preference, by requests to this server only. It is one self-contained document; every fact comes
 * from the edition, and every value is escaped.
 */
public final class StartPage {

  /** In the order in which they need each other. */
  private static final List<String> SCRIPTS =
      List.of("exchange.js", "consent-text.js", "validation.js", "portal.js");

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Edition edition;
  private final PublishedFiles files;
  private final CurlExamples requests;
  private final String template = resource("start.html");
  private final String style = resource("style.css");
  private final String script =
      SCRIPTS.stream().map(StartPage::resource).collect(Collectors.joining("\n"));
  private final TemplateEngine engine = new TemplateEngine();

  public StartPage(Edition edition, PublishedFiles files) {
    this.edition = edition;
    this.files = files;
    this.requests = new CurlExamples(edition);
    engine.setTemplateResolver(new StringTemplateResolver());
  }

  /**
   * The page as HTML.
   *
   * @param root the URL of the server's root, without a trailing slash
   * @param api the path of the API below it, such as {@code /fhir}
   */
  String html(String root, String api) {
    Optional<String> consent =
        files.firstExamples().stream().findFirst().map(example -> root + "/" + example.path());
    StartPageFacts facts = StartPageFacts.of(edition, files, api.substring(1));
    return engine.process(
        template,
        new Context(
            Locale.UK,
            Map.ofEntries(
                Map.entry("edition", edition),
                Map.entry("style", style),
                Map.entry("script", script),
                Map.entry("facts", facts),
                Map.entry("factsAsJson", json(facts)),
                Map.entry("base", root + api),
                Map.entry("metadata", api.substring(1) + "/metadata"),
                Map.entry("openApi", files.openApi()),
                Map.entry("requests", requests.of(root + api, consent)),
                Map.entry("artefacts", files.artefacts()),
                Map.entry("examples", files.firstExamples()),
                Map.entry("manifests", files.manifests()))));
  }

  /** Allows the page its own style sheet, its own scripts and requests to this server. */
  String contentSecurityPolicy() {
    return "default-src 'none'; style-src 'sha256-%s'; script-src 'sha256-%s'; connect-src 'self'; "
            .formatted(sha256(style), sha256(script))
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  }

  /** As JSON that cannot end the element that it stands in. */
  private static String json(StartPageFacts facts) {
    try {
      return JSON.writeValueAsString(facts).replace("<", "\\u003c");
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static String sha256(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(digest);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static String resource(String name) {
    try (InputStream file = StartPage.class.getResourceAsStream("/ndop/web/" + name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
