package ndop.fhir.edition;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
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
   * What a search asks for: one of the values of each parameter; none: anything.
   *
   * @param ids ids
   * @param urls canonical URLs, with or without a vertical bar and the version
   * @param names beginnings of names, in any case
   */
  public record Query(List<String> ids, List<String> urls, List<String> names) {}

  /** The artefact of this type with this id; empty if there is none. */
  public <T extends MetadataResource> Optional<T> byId(Class<T> type, String id) {
    return find(type, new Query(List.of(id), List.of(), List.of())).stream().findFirst();
  }

  /** The artefact of this type with this canonical URL; empty if there is none. */
  public <T extends MetadataResource> Optional<T> byUrl(Class<T> type, String url) {
    return find(type, new Query(List.of(), List.of(url), List.of())).stream().findFirst();
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
    return isOneOf(query.ids(), artefact.getIdElement().getIdPart()::equals)
        && isOneOf(query.urls(), url -> hasUrl(artefact, url))
        && isOneOf(query.names(), name -> startsWith(artefact.getName(), name));
  }

  private static boolean isOneOf(List<String> values, Predicate<String> matches) {
    return values.isEmpty() || values.stream().anyMatch(matches);
  }

  private static boolean hasUrl(MetadataResource artefact, String url) {
    return url.equals(artefact.getUrl())
        || url.equals(artefact.getUrl() + "|" + artefact.getVersion());
  }

  private static boolean startsWith(String name, String start) {
    return name != null && name.toLowerCase(Locale.ROOT).startsWith(start.toLowerCase(Locale.ROOT));
  }
}
