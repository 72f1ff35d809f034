"""Examples of an edition: Consents and answers that are right, and Consents that break a rule."""

from ndop.examples.model import Example, Request, Verdict

__all__ = ["Example", "Request", "Verdict"]
