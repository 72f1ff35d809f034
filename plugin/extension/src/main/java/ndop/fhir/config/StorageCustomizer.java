package ndop.fhir.config;

import ca.uhn.fhir.context.FhirContext;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings.IdStrategyEnum;
import ca.uhn.fhir.jpa.api.config.JpaStorageSettings.StoreMetaSourceInformationEnum;
import java.util.Set;

/** Sets how the host's HAPI stores and returns resources. */
final class StorageCustomizer {

  private final JpaStorageSettings storage;
  private final FhirContext fhir;

  StorageCustomizer(JpaStorageSettings storage, FhirContext fhir) {
    this.storage = storage;
    this.fhir = fhir;
  }

  void customize() {
    storage.setResourceServerIdStrategy(IdStrategyEnum.UUID);
    storage.setAllowExternalReferences(true);
    // The profile says what a reference must be, and none is resolved (NDOP-147, D-22). HAPI would
    // require a known type and an id in every URL, and look up those of its own address.
    storage.setTreatReferencesAsLogical(Set.of("*"));
    // A query in a reference would be a search for its target.
    storage.setAllowInlineMatchUrlReferences(false);
    storage.setUniqueIndexesEnabled(true);
    storage.setStoreMetaSourceInformation(StoreMetaSourceInformationEnum.NONE);
    // Whoever confirms a preference has made a choice, which is a version of its own (NDOP-112).
    storage.setSuppressUpdatesWithNoChange(false);
    storage.setReuseCachedSearchResultsForMillis(null);
    // A reference is returned as it was sent, with its version if it had one (NDOP-052).
    fhir.getParserOptions().setStripVersionsFromReferences(false);
  }
}
