"""A run of the suite in a process of its own, from the first look at a server to the reports."""
