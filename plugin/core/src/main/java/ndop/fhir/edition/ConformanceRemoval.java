package ndop.fhir.edition;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.hl7.fhir.dstu3.model.CapabilityStatement;
import org.hl7.fhir.instance.model.api.IBaseResource;

/**
 * Makes of an edition's package that of a server which is not asked about its profiles (decision
 * D-30): neither its statement nor its OpenAPI description declares that it is.
 */
final class ConformanceRemoval {

  private static final ObjectMapper JSON = new ObjectMapper();

  private final Edition edition;

  ConformanceRemoval(Edition edition) {
    this.edition = edition;
  }

  EditionPackage from(EditionPackage whole) {
    List<IBaseResource> resources =
        whole.resources().stream().map(this::withoutDeclarations).toList();
    return new EditionPackage(
        whole.content(),
        whole.name(),
        whole.version(),
        edition.withoutConformance(),
        resources,
        whole.openApi().map(this::withoutPaths));
  }

  private IBaseResource withoutDeclarations(IBaseResource resource) {
    if (!(resource instanceof CapabilityStatement statement)
        || !edition.capabilityStatement().equals(statement.getIdElement().getIdPart())) {
      return resource;
    }
    CapabilityStatement served = statement.copy();
    served
        .getRest()
        .forEach(
            rest -> {
              rest.getResource().removeIf(one -> !edition.resourceType().equals(one.getType()));
              rest.getOperation().clear();
            });
    return served;
  }

  private byte[] withoutPaths(byte[] description) {
    try {
      JsonNode whole = JSON.readTree(description);
      whole.get("paths").properties().removeIf(path -> isAboutProfiles(path.getKey()));
      return JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(whole);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private boolean isAboutProfiles(String path) {
    String type = path.split("/")[1];
    return path.contains("$") || edition.conformance().types().contains(type);
  }
}
