"""The Java side: building the Maven modules, and calling the toolkit."""
