"""How the project tests itself: seeded faults, random requests, mutated Consents."""
