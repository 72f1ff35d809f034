package ndop.fhir;

import ca.uhn.fhir.context.FhirContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import ndop.fhir.edition.Edition;
import ndop.fhir.edition.EditionPackage;

/**
 * The packages of the editions, as the jar carries them; the constants are the default edition's.
 */
public final class PublishedEdition {

  public static final FhirContext FHIR = FhirContext.forDstu3Cached();
  public static final EditionPackage PACKAGE = read("ndop-1.1.0");
  public static final Edition FACTS = PACKAGE.edition();

  private PublishedEdition() {}

  /** The facts of any edition. */
  public static Edition factsOf(String edition) {
    return read(edition).edition();
  }

  /** The package of an edition, as the jar carries it. */
  public static EditionPackage read(String edition) {
    String file = "/ndop/packages/" + edition + ".tgz";
    try (InputStream stream = PublishedEdition.class.getResourceAsStream(file)) {
      if (stream == null) {
        throw new IllegalStateException(file + " is missing: run 'ndop build' first");
      }
      return EditionPackage.read(FHIR, stream);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
