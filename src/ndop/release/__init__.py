"""The components of ndop-fhir: bills of materials, licences, known vulnerabilities."""
