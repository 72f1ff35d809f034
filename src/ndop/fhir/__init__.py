"""What the API says beside Consents: media types, OperationOutcomes, tokens."""
