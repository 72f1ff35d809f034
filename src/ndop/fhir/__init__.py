"""What the API uses besides Consents: base types, media types, OperationOutcomes, access tokens."""
