"""The register of requirements, and the clauses that its rows come from."""
