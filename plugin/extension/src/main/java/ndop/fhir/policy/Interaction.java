package ndop.fhir.policy;

import java.util.Locale;

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
}
