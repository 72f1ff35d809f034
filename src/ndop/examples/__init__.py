"""Examples of an edition: valid Consents and responses, and Consents that each break a rule."""

from ndop.examples.model import Example, Request, Verdict

__all__ = ["Example", "Request", "Verdict"]
