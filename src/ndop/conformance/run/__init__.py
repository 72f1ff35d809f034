"""Running the suite against a server, from the preflight check to the reports."""
