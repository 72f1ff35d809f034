"""The pytest plugin of the suite: client, assertions, settings, what each test records."""
