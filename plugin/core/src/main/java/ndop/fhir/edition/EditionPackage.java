package ndop.fhir.edition;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.parser.IParser;
import ca.uhn.fhir.parser.StrictErrorHandler;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.hl7.fhir.instance.model.api.IBaseResource;
import org.hl7.fhir.utilities.npm.NpmPackage;
import org.hl7.fhir.utilities.npm.NpmPackage.NpmPackageFolder;

/**
 * The FHIR package of one edition, read into memory.
 *
 * @param content the bytes of the package, a gzipped tar
 * @param name the package's name
 * @param version the package's version
 * @param edition the edition's facts, from {@code other/edition.json}
 * @param resources every artefact of the package
 * @param openApi the OpenAPI description, {@code other/openapi.json}; empty if there is none
 */
public record EditionPackage(
    byte[] content,
    String name,
    String version,
    Edition edition,
    List<IBaseResource> resources,
    Optional<byte[]> openApi) {

  private static final String OTHER = "other";
  private static final String FACTS = "edition.json";
  private static final String OPEN_API = "openapi.json";

  /**
   * Reads a package.
   *
   * @throws IOException it is not a package, an artefact is not a FHIR resource, or the facts are
   *     missing
   */
  public static EditionPackage read(FhirContext fhir, InputStream stream) throws IOException {
    byte[] content = stream.readAllBytes();
    NpmPackage npm = NpmPackage.fromPackage(new ByteArrayInputStream(content));
    IParser parser = fhir.newJsonParser().setParserErrorHandler(new StrictErrorHandler());
    List<IBaseResource> resources = new ArrayList<>();
    NpmPackageFolder folder = npm.getFolders().get("package");
    for (String file : folder.listFiles()) {
      if (file.endsWith(".json") && !file.equals("package.json") && !file.startsWith(".")) {
        resources.add(parser.parseResource(new ByteArrayInputStream(folder.fetchFile(file))));
      }
    }
    Optional<byte[]> openApi = Optional.empty();
    if (npm.hasFile(OTHER, OPEN_API)) {
      try (InputStream description = npm.load(OTHER, OPEN_API)) {
        openApi = Optional.of(description.readAllBytes());
      }
    }
    try (InputStream facts = npm.load(OTHER, FACTS)) {
      Edition edition = new ObjectMapper().readValue(facts, Edition.class);
      return new EditionPackage(
          content, npm.name(), npm.version(), edition, List.copyOf(resources), openApi);
    }
  }

  /** That of a server which is not asked about its profiles (decision D-30). */
  public EditionPackage withoutConformance() {
    return new ConformanceRemoval(edition).from(this);
  }

  /**
   * The artefact of this type with this id.
   *
   * @throws UncheckedIOException there is none
   */
  public <T extends IBaseResource> T resource(Class<T> type, String id) {
    return resources.stream()
        .filter(type::isInstance)
        .filter(resource -> id.equals(resource.getIdElement().getIdPart()))
        .map(type::cast)
        .findFirst()
        .orElseThrow(
            () ->
                new UncheckedIOException(
                    new IOException(
                        "package %s has no %s with the id %s"
                            .formatted(name, type.getSimpleName(), id))));
  }
}
