"""The media types of FHIR STU3 (http.html)."""

from __future__ import annotations

JSON = "application/fhir+json"
XML = "application/fhir+xml"
