package ndop.fhir.policy;

/** How audit headers and tokens are treated (decision D-08, NDOP-150 to NDOP-152). */
public enum AuditMode {
  /** They are ignored. */
  OFF,
  /** They may be left out; those that are there are judged. */
  PERMISSIVE,
  /** They must be there. */
  REQUIRED
}
