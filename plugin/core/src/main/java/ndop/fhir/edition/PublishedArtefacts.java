package ndop.fhir.edition;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.hl7.fhir.dstu3.model.MetadataResource;

/** Finds the artefacts of an edition's package, by type and by what clients know of them. */
public final class PublishedArtefacts {

  private final List<MetadataResource> artefacts;

  public PublishedArtefacts(EditionPackage edition) {
    artefacts =
        edition.resources().stream()
            .filter(MetadataResource.class::isInstance)
            .map(MetadataResource.class::cast)
            .toList();
  }

  /**
   * What a search asks for; null: anything.
   *
   * @param id the id
   * @param url the canonical URL, with or without a vertical bar and the version
   * @param name the beginning of the name, in any case
   */
  public record Query(String id, String url, String name) {}

  /** The artefact of this type with this id; empty if there is none. */
  public <T extends MetadataResource> Optional<T> byId(Class<T> type, String id) {
    return find(type, new Query(id, null, null)).stream().findFirst();
  }

  /** The artefact of this type with this canonical URL; empty if there is none. */
  public <T extends MetadataResource> Optional<T> byUrl(Class<T> type, String url) {
    return find(type, new Query(null, url, null)).stream().findFirst();
  }

  /** The artefacts of this type that satisfy the whole query, in the order of the package. */
  public <T extends MetadataResource> List<T> find(Class<T> type, Query query) {
    return artefacts.stream()
        .filter(type::isInstance)
        .map(type::cast)
        .filter(artefact -> satisfies(artefact, query))
        .toList();
  }

  private static boolean satisfies(MetadataResource artefact, Query query) {
    return (query.id() == null || query.id().equals(artefact.getIdElement().getIdPart()))
        && (query.url() == null || hasUrl(artefact, query.url()))
        && (query.name() == null || startsWith(artefact.getName(), query.name()));
  }

  private static boolean hasUrl(MetadataResource artefact, String url) {
    return url.equals(artefact.getUrl())
        || url.equals(artefact.getUrl() + "|" + artefact.getVersion());
  }

  private static boolean startsWith(String name, String start) {
    return name != null && name.toLowerCase(Locale.ROOT).startsWith(start.toLowerCase(Locale.ROOT));
  }
}
