"""The Java half: Maven modules, and calls of the toolkit."""
