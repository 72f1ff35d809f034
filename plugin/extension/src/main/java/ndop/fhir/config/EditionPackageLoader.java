package ndop.fhir.config;

import ca.uhn.fhir.context.FhirContext;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import ndop.fhir.edition.EditionPackage;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/** Loads the package of an edition, from the jar or from the folder of {@code ndop.packages}. */
final class EditionPackageLoader {

  private static final String PACKAGES_IN_JAR = "classpath*:ndop/packages/*.tgz";
  private static final String SUFFIX = ".tgz";

  private EditionPackageLoader() {}

  /**
   * Loads the package of {@code properties.edition()}.
   *
   * @throws StartupFailureException there is no such package, or it cannot be read
   */
  static EditionPackage load(FhirContext fhir, NdopProperties properties) {
    Map<String, Resource> found = find(properties);
    Resource resource = found.get(properties.edition());
    if (resource == null) {
      throw new StartupFailureException(
          "There is no edition '%s'; the editions here are %s."
              .formatted(properties.edition(), String.join(", ", found.keySet())),
          "Set ndop.edition (or the environment variable NDOP_EDITION) to one of them.");
    }
    try (InputStream stream = resource.getInputStream()) {
      return EditionPackage.read(fhir, stream);
    } catch (IOException | RuntimeException unreadable) {
      throw new StartupFailureException(
          "The package of the edition '%s' cannot be read: %s"
              .formatted(properties.edition(), unreadable.getMessage()),
          "Build the package again with 'ndop build'.");
    }
  }

  private static Map<String, Resource> find(NdopProperties properties) {
    Map<String, Resource> found = new TreeMap<>();
    try {
      PathMatchingResourcePatternResolver resolver = new PathMatchingResourcePatternResolver();
      add(found, resolver.getResources(PACKAGES_IN_JAR));
      if (!properties.packages().isBlank()) {
        String folder = Path.of(properties.packages()).toAbsolutePath().toUri().toString();
        add(found, resolver.getResources(folder + "*" + SUFFIX));
      }
    } catch (IOException unreadable) {
      throw new StartupFailureException(
          "The edition packages cannot be listed: " + unreadable.getMessage(),
          "Check the setting ndop.packages: a folder of .tgz files, or nothing.");
    }
    return found;
  }

  private static void add(Map<String, Resource> found, Resource... resources) {
    for (Resource resource : resources) {
      String file = String.valueOf(resource.getFilename());
      found.put(file.substring(0, file.length() - SUFFIX.length()), resource);
    }
  }
}
