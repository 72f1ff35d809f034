"""The NHS National Data Opt-out FHIR API (STU3) as executable specification."""
