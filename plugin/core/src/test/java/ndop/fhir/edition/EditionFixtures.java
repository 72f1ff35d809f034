package ndop.fhir.edition;

import ca.uhn.fhir.context.FhirContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The packages of the editions, as {@code ndop build} made them, for the tests of every module. The
 * constants are the default edition's.
 */
public final class EditionFixtures {

  public static final FhirContext FHIR = FhirContext.forDstu3Cached();
  public static final EditionPackage PACKAGE = read("ndop-1.1.0");
  public static final Edition FACTS = PACKAGE.edition();

  private EditionFixtures() {}

  /** The facts of any edition. */
  public static Edition factsOf(String edition) {
    return read(edition).edition();
  }

  /** The package of any edition. */
  public static EditionPackage read(String edition) {
    Path file = Path.of("../../build/packages", edition + ".tgz");
    if (!Files.exists(file)) {
      throw new IllegalStateException(file + " is missing: run 'ndop build' first");
    }
    try (InputStream stream = Files.newInputStream(file)) {
      return EditionPackage.read(FHIR, stream);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
