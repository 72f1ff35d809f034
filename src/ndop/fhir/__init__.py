"""What the API uses besides Consents: media types, OperationOutcomes, access tokens."""
