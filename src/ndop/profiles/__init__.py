"""From an edition's facts to FHIR artefacts and packages."""
