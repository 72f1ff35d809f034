"""What ndop-fhir is made of: bills of materials, their licences, what is known of the parts."""
