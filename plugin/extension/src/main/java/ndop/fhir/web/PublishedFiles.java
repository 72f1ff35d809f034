package ndop.fhir.web;

import ca.uhn.fhir.context.FhirContext;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import ndop.fhir.edition.EditionPackage;
import org.hl7.fhir.dstu3.model.MetadataResource;

/**
 * The files that anyone may read alongside the API: the edition's artefacts, its OpenAPI
 * description and its examples. The list is made at startup, and a path is only ever looked up in
 * it.
 */
public final class PublishedFiles {

  private static final String JSON = "application/fhir+json;charset=UTF-8";
  private static final String XML = "application/fhir+xml;charset=UTF-8";
  private static final String PLAIN_JSON = "application/json;charset=UTF-8";
  private static final List<String> FOLDERS = List.of("valid", "invalid");
  private static final String MANIFEST = "manifest.json";
  private static final String OPEN_API = "openapi.json";

  private final FhirContext fhir;
  private final String examplesPath;
  private final Map<String, MetadataResource> artefacts = new LinkedHashMap<>();
  private final Map<String, Example> examples = new LinkedHashMap<>();
  private final List<String> manifests = new ArrayList<>();
  private final Optional<Content> openApi;

  public PublishedFiles(FhirContext fhir, EditionPackage edition) {
    this.fhir = fhir;
    this.examplesPath = "/ndop/examples/%s/".formatted(edition.edition().id());
    edition.resources().stream()
        .filter(MetadataResource.class::isInstance)
        .map(MetadataResource.class::cast)
        .forEach(
            artefact ->
                artefacts.put(
                    "profiles/%s-%s.json"
                        .formatted(artefact.fhirType(), artefact.getIdElement().getIdPart()),
                    artefact));
    openApi = edition.openApi().map(description -> new Content(PLAIN_JSON, description));
    FOLDERS.forEach(this::readManifest);
  }

  /**
   * A file's content.
   *
   * @param mediaType a Content-Type
   */
  record Content(String mediaType, byte[] bytes) {}

  /**
   * One artefact of the edition.
   *
   * @param path below the server's root
   * @param type its resource type
   * @param url its canonical URL
   */
  record Artefact(String path, String type, String url) {}

  /**
   * One example of the edition.
   *
   * @param path below the server's root
   * @param kind what it is an example of
   * @param shows a one-line description
   */
  record Example(String path, String kind, String shows) {}

  List<Artefact> artefacts() {
    return artefacts.entrySet().stream()
        .map(
            entry ->
                new Artefact(
                    entry.getKey(), entry.getValue().fhirType(), entry.getValue().getUrl()))
        .toList();
  }

  /** The first example of each kind, as JSON; empty if the jar has no examples of the edition. */
  List<Example> firstExamples() {
    Map<String, Example> first = new LinkedHashMap<>();
    examples.values().stream()
        .filter(example -> example.path().endsWith(".json"))
        .forEach(example -> first.putIfAbsent(example.kind(), example));
    return List.copyOf(first.values());
  }

  /** The paths of the lists of all examples. */
  List<String> manifests() {
    return List.copyOf(manifests);
  }

  /** The path of the OpenAPI description; empty if the package has none. */
  Optional<String> openApi() {
    return openApi.map(description -> OPEN_API);
  }

  /** The file at {@code path} below the server's root; empty if there is none. */
  Optional<Content> find(String path) {
    if (path.equals(OPEN_API)) {
      return openApi;
    }
    MetadataResource artefact = artefacts.get(path);
    if (artefact != null) {
      String text = fhir.newJsonParser().setPrettyPrint(true).encodeResourceToString(artefact);
      return Optional.of(new Content(JSON, (text + "\n").getBytes(StandardCharsets.UTF_8)));
    }
    if (!examples.containsKey(path) && !manifests.contains(path)) {
      return Optional.empty();
    }
    String mediaType = path.endsWith(".xml") ? XML : JSON;
    return Optional.of(
        new Content(manifests.contains(path) ? PLAIN_JSON : mediaType, readFromJar(path)));
  }

  private void readManifest(String folder) {
    String path = "examples/%s/%s".formatted(folder, MANIFEST);
    try (InputStream manifest = open(path)) {
      if (manifest == null) {
        return;
      }
      manifests.add(path);
      for (JsonNode example : new ObjectMapper().readTree(manifest).get("examples")) {
        for (JsonNode name : example.get("files")) {
          String file = "examples/%s/%s".formatted(folder, name.asText());
          examples.put(
              file, new Example(file, example.get("kind").asText(), example.get("shows").asText()));
        }
      }
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private byte[] readFromJar(String path) {
    try (InputStream file = open(path)) {
      return file.readAllBytes();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private InputStream open(String path) {
    return PublishedFiles.class.getResourceAsStream(
        examplesPath + path.substring("examples/".length()));
  }
}
