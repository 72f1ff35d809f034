"""Random requests at a server, and what must hold whatever they are."""
