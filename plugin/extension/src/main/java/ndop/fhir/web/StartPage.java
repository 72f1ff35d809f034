package ndop.fhir.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import ndop.fhir.edition.Edition;
import org.thymeleaf.TemplateEngine;
import org.thymeleaf.context.Context;
import org.thymeleaf.templateresolver.StringTemplateResolver;

/**
 * The page that a browser gets at the root of the server: which edition it serves, the requests
 * that it answers, its profiles and its examples. It is one self-contained document; every fact
 * comes from the edition, and every value is escaped.
 */
public final class StartPage {

  private final Edition edition;
  private final PublishedFiles files;
  private final CurlExamples requests;
  private final String template = resource("start.html");
  private final String style = resource("style.css");
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
    return engine.process(
        template,
        new Context(
            Locale.UK,
            Map.of(
                "edition",
                edition,
                "style",
                style,
                "base",
                root + api,
                "metadata",
                api.substring(1) + "/metadata",
                "openApi",
                files.openApi(),
                "requests",
                requests.of(root + api, consent),
                "artefacts",
                files.artefacts(),
                "examples",
                files.firstExamples(),
                "manifests",
                files.manifests())));
  }

  /** Allows the page its own style sheet and nothing else. */
  String contentSecurityPolicy() {
    return "default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'; "
            .formatted(sha256(style))
        + "frame-ancestors 'none'";
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
