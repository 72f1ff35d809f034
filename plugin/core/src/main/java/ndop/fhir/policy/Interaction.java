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
  HISTORY_TYPE,
  /** A read of a conformance resource, such as a profile. */
  CONFORMANCE_READ,
  /** A search of conformance resources. */
  CONFORMANCE_SEARCH,
  /** An operation that concerns no stored Consent. */
  OPERATION,
  /** An operation on a stored Consent. */
  INSTANCE_OPERATION;

  /** FHIR's code for it. */
  public String code() {
    return switch (this) {
      case CONFORMANCE_READ -> READ.code();
      case CONFORMANCE_SEARCH -> SEARCH_TYPE.code();
      case OPERATION, INSTANCE_OPERATION -> "operation";
      default -> name().toLowerCase(Locale.ROOT).replace('_', '-');
    };
  }

  /**
   * The access that a token must grant for it; empty if none is needed, because it concerns no
   * patient.
   */
  public Optional<String> access() {
    return switch (this) {
      case CAPABILITIES, CONFORMANCE_READ, CONFORMANCE_SEARCH, OPERATION -> Optional.empty();
      case CREATE, UPDATE -> Optional.of(code());
      default -> Optional.of("read");
    };
  }
}
