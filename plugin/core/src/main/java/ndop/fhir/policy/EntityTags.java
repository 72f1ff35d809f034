package ndop.fhir.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The value of If-Match or If-None-Match: a list of entity tags, or {@code *} for any version (RFC
 * 9110, sections 13.1.1 and 13.1.2). Tags of this API are weak and carry the version (NDOP-183);
 * they are compared by what is in the quotes.
 *
 * @param any whether every version is meant
 * @param versions what is in the quotes of each tag
 */
public record EntityTags(boolean any, List<String> versions) {

  private static final Pattern TAG = Pattern.compile("(?:W/)?+\"([!#-~]*+)\"");

  /** The tags in the values of the header; empty if they have another form. */
  public static Optional<EntityTags> of(List<String> values) {
    String list = String.join(",", values).strip();
    if (list.equals("*")) {
      return Optional.of(new EntityTags(true, List.of()));
    }
    List<String> versions = new ArrayList<>();
    for (String tag : list.split(",")) {
      Matcher matcher = TAG.matcher(tag.strip());
      if (matcher.matches()) {
        versions.add(matcher.group(1));
      } else if (!tag.isBlank()) {
        return Optional.empty();
      }
    }
    return versions.isEmpty()
        ? Optional.empty()
        : Optional.of(new EntityTags(false, List.copyOf(versions)));
  }

  /** Whether one of the tags is that of this version. */
  public boolean matches(String version) {
    return any || versions.contains(version);
  }
}
