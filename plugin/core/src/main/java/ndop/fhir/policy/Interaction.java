package ndop.fhir.policy;

import java.util.Locale;
import java.util.Optional;

/** The interactions of FHIR's REST interface that an edition can offer. */
public enum Interaction {
  CAPABILITIES,
  CREATE,
  READ,
  VREAD,
  UPDATE,
  SEARCH_TYPE,
  HISTORY_INSTANCE,
  HISTORY_TYPE;

  /** FHIR's code for it. */
  public String code() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The access that a token must grant for it; empty if none is needed. */
  public Optional<String> access() {
    return switch (this) {
      case CAPABILITIES -> Optional.empty();
      case CREATE, UPDATE -> Optional.of(code());
      default -> Optional.of("read");
    };
  }
}
