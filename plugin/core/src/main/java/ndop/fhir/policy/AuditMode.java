package ndop.fhir.policy;

/** How audit headers and tokens are treated (decision D-08, NDOP-150 to NDOP-152). */
public enum AuditMode {
  /** Ignored. */
  OFF,
  /** May be missing; those that are present are checked. */
  PERMISSIVE,
  /** Must be present. */
  REQUIRED
}
