package ndop.fhir.reference;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.context.support.DefaultProfileValidationSupport;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.hl7.fhir.common.hapi.validation.validator.FhirDefaultPolicyAdvisor;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.r5.elementmodel.Manager.FhirFormat;
import org.hl7.fhir.utilities.npm.CommonPackages;
import org.hl7.fhir.utilities.npm.FilesystemPackageCacheManager;
import org.hl7.fhir.utilities.validation.ValidationMessage;
import org.hl7.fhir.validation.ValidationEngine;

/**
 * Runs HL7's validation engine over the Consents of an NDJSON file, one after the other in one
 * process, with its own defaults; prints how many are valid and how long that took.
 *
 * <p>The engine needs base STU3 as a package, which is made here from the definitions that HAPI
 * has, so that nothing is downloaded.
 */
public final class ReferenceValidation {

  private static final String CORE = "hl7.fhir.r3.core";
  private static final String VERSION = "3.0.2";

  private ReferenceValidation() {}

  /**
   * Arguments: an empty folder to work in, the package of the edition, the canonical URL of the
   * profile, the NDJSON file.
   */
  public static void main(String[] arguments) throws Exception {
    // The engine caches packages in the home directory of the user.
    System.setProperty("user.home", Path.of(arguments[0]).toAbsolutePath().toString());
    long start = System.nanoTime();
    ValidationEngine engine = engine(arguments[1]);
    System.out.printf("ready after %.1f s%n", secondsSince(start));
    start = System.nanoTime();
    int valid = 0;
    int all = 0;
    try (Stream<String> lines = Files.lines(Path.of(arguments[3]))) {
      for (String line : (Iterable<String>) lines::iterator) {
        valid += isValid(engine, line, arguments[2]) ? 1 : 0;
        all++;
      }
    }
    System.out.printf("%d of %d valid, in %.1f s%n", valid, all, secondsSince(start));
  }

  private static boolean isValid(ValidationEngine engine, String line, String profile)
      throws Exception {
    List<ValidationMessage> messages = new ArrayList<>();
    byte[] bytes = line.getBytes(StandardCharsets.UTF_8);
    engine.validate(bytes, FhirFormat.JSON, List.of(profile), messages);
    return messages.stream().noneMatch(message -> message.getLevel().isError());
  }

  private static ValidationEngine engine(String edition) throws Exception {
    FilesystemPackageCacheManager packages = new FilesystemPackageCacheManager.Builder().build();
    add(packages, CORE, VERSION, definitions());
    add(packages, CommonPackages.ID_XVER, CommonPackages.VER_XVER, Map.of());
    ValidationEngine engine =
        new ValidationEngine.ValidationEngineBuilder()
            .withVersion(VERSION)
            .withNoTerminologyServer()
            .fromSource(CORE + "#" + VERSION);
    engine.setPolicyAdvisor(
        new FhirDefaultPolicyAdvisor()); // As in HAPI: references are not followed.
    engine.getIgLoader().loadIg(engine.getIgs(), engine.getBinaries(), edition, false);
    return engine;
  }

  /** Base STU3, file name to JSON. */
  private static Map<String, String> definitions() {
    FhirContext fhir = FhirContext.forDstu3();
    Map<String, String> files = new LinkedHashMap<>();
    DefaultProfileValidationSupport base = new DefaultProfileValidationSupport(fhir);
    // It reads each of its files on first use.
    base.fetchAllStructureDefinitions();
    base.fetchValueSet("http://hl7.org/fhir/ValueSet/consent-state-codes");
    for (IBaseResource resource : base.fetchAllConformanceResources()) {
      String name = resource.fhirType() + "-" + resource.getIdElement().getIdPart() + ".json";
      files.put(name, fhir.newJsonParser().encodeResourceToString(resource));
    }
    return files;
  }

  private static void add(
      FilesystemPackageCacheManager packages, String id, String version, Map<String, String> files)
      throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar =
        new TarArchiveOutputStream(new GZIPOutputStream(content), "UTF-8")) {
      tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
      put(
          tar,
          "package.json",
          """
          {"name": "%s", "version": "%s", "type": "Core", "fhirVersions": ["%s"],
           "url": "http://hl7.org/fhir/STU3", "canonical": "http://hl7.org/fhir"}
          """
              .formatted(id, version, VERSION));
      for (Map.Entry<String, String> file : files.entrySet()) {
        put(tar, file.getKey(), file.getValue());
      }
    }
    packages.addPackageToCache(
        id, version, new ByteArrayInputStream(content.toByteArray()), "made here");
  }

  private static void put(TarArchiveOutputStream tar, String name, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    TarArchiveEntry entry = new TarArchiveEntry("package/" + name);
    entry.setSize(bytes.length);
    tar.putArchiveEntry(entry);
    tar.write(bytes);
    tar.closeArchiveEntry();
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
