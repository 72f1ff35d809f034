"""What a server under test may be said to be set up for."""

from __future__ import annotations

#: Claim to what it means; a test that depends on another setup is skipped.
CLAIMS = {
    "strict-nhs-number": "a wrong check digit of an NHS number is refused",
    "require-if-match": "an update without If-Match is refused",
    "requires-token": "a request without audit headers and token is refused",
    "ignores-token": "audit headers and tokens are ignored",
    "verifies-signatures": "tokens must be signed with a known key",
}
