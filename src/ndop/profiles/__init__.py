"""FHIR artefacts and packages, generated from an edition's facts."""
