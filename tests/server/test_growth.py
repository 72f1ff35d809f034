"""The time for a request grows no faster than its size, whatever is repeated and wherever.

It is the processor time of the server, which other processes of the machine do not add to.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from urllib.parse import quote
from xml.sax.saxutils import quoteattr

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ndop.conformance.suite.client import JSON, XML
from ndop.consents import Draft
from ndop.server.process import RunningServer
from tests.server.processor_time import processor_time

pytestmark = pytest.mark.slow

#: The longest text in a header or in the URL: the server takes 16 KB of them together.
LONGEST_TEXT = 14_000
HEADERS = [
    "Accept", "Accept-Encoding", "Accept-Language", "Authorization", "Content-Type", "Cookie",
    "Expect", "Forwarded", "If-Match", "If-Modified-Since", "If-None-Exist", "If-None-Match",
    "Origin", "Prefer", "Range", "Ssp-Authorization", "Ssp-From", "Ssp-InteractionID", "Ssp-To",
    "Ssp-TraceID", "X-Forwarded-For", "X-Forwarded-Host", "X-Request-Id",
]  # fmt: skip
REPEATED = st.one_of(
    st.sampled_from(["a/b;q=0,", "Bearer ", "e30.", "e30", 'W/"1",', "a=b;", "%20", "../", "://"]),
    st.text("01aA ,;=:/.&+-_|'\"%?*\t", min_size=1, max_size=4),
)
#: Twice the size may take three times as long; four times would be quadratic.
MOST = 3.0
#: Seconds. Shorter times say more about the compiler and the collector than about the work.
FLOOR = 0.05
RUNS = 6

FRAGMENTS = st.one_of(
    st.sampled_from(
        ["1", "1.", "1e", "<", "<a ", "</a>", "<!--a-->", "<?a b?>", "<a href='#x'>a</a>", "/a"]
    ),
    st.text("01a <>/&.:-+'|#%?\n", min_size=1, max_size=4),
)

PLACES = [
    "display", "system", "code", "url", "reference", "patient", "identifier", "profile", "id",
    "dateTime", "decimal", "quantity", "narrative", "extensions", "tags", "contained", "name",
    "xml attribute", "xml content", "xml attributes",
]  # fmt: skip


def body(consent: Draft, place: str, fragment: str, size: int) -> tuple[str, str]:
    """A body of about `size` characters with `fragment` repeated at `place`, and its type."""
    text = fragment * (size // len(fragment))
    if place.startswith("xml"):
        attributes, content = "", text
        if place == "xml attributes":
            attributes, content = " ".join(f"a{i}=''" for i in range(size // 9)), ""
        elif place == "xml attribute":
            content = f"<language value={quoteattr(text)}/>"
        return f"<Consent xmlns='http://hl7.org/fhir' {attributes}>{content}</Consent>", XML
    unit = {"url": "http://x", "valueString": "x" * 1000}
    count = max(1, size // 1000)
    changes: dict[str, object] = {
        "display": {"category": [{"coding": [{"display": text}]}]},
        "system": {"category": [{"coding": [{"system": text}]}]},
        "code": {"category": [{"coding": [{"code": text}]}]},
        "url": {"modifierExtension": [{"url": text, "valueString": "x"}]},
        "reference": {"sourceReference": {"reference": text}},
        "patient": {"patient": {"reference": text}},
        "identifier": {"identifier": {"system": text, "value": text}},
        "profile": {"meta": {"profile": [text]}},
        "id": {"id": text},
        "dateTime": {"dateTime": text},
        "decimal": {"modifierExtension": [{"url": "http://x", "valueDecimal": text}]},
        "quantity": {
            "modifierExtension": [
                {
                    "url": "http://x",
                    "valueQuantity": {"system": "http://unitsofmeasure.org", "code": text},
                }
            ]
        },
        "narrative": {
            "text": {
                "status": "generated",
                "div": f"<div xmlns='http://www.w3.org/1999/xhtml'>{text}</div>",
            }
        },
        "extensions": {"modifierExtension": [unit] * count},
        "tags": {"meta": {"tag": [{"system": "http://x", "code": "x" * 900}] * count}},
        "contained": {"contained": [{"resourceType": "Patient", "id": text}]},
        "name": {text: 1},
    }
    changed = changes[place]
    assert isinstance(changed, dict)
    return json.dumps({**consent, **changed}), JSON


def grows_no_faster(measure: Callable[[int], float], sizes: Sequence[int]) -> None:
    """Measured again before it fails: the server may have compiled, or collected garbage."""
    for size in sizes:
        once, twice = FLOOR, float("inf")
        for _ in range(RUNS):
            twice = min(twice, measure(2 * size))
            if twice < MOST * FLOOR:
                break
            measured = max(FLOOR, measure(size))
            once = measured if once == FLOOR else min(once, measured)
            if twice < MOST * once:
                break
        assert twice < MOST * once, f"{size} characters: {once:.2f} s; twice as many: {twice:.2f} s"


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(place=st.sampled_from(PLACES), fragment=FRAGMENTS)
def test_the_time_for_a_body_grows_no_faster_than_its_size(
    server: RunningServer, http: httpx.Client, consent: Draft, place: str, fragment: str
) -> None:
    invalid = {**consent, "status": "draft"}

    def measure(size: int) -> float:
        content, content_type = body(invalid, place, fragment, size)
        headers = {"Content-Type": content_type}
        start = processor_time(server)
        answer = http.post("Consent", content=content, headers=headers)
        assert answer.status_code in (400, 413, 422), answer.text[:500]
        return processor_time(server) - start

    grows_no_faster(measure, (60_000, 240_000))


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    place=st.sampled_from([*HEADERS, "path", "parameter", "parameters", "value"]), fragment=REPEATED
)
def test_the_time_for_a_header_or_url_grows_no_faster_than_its_size(
    server: RunningServer, http: httpx.Client, consent: Draft, place: str, fragment: str
) -> None:
    content = json.dumps({**consent, "status": "draft"})

    def measure(size: int) -> float:
        text = fragment * (size // len(fragment))
        encoded = quote(text, safe="%/&=;:,")
        start = processor_time(server)
        if place in HEADERS:
            headers = {"Content-Type": JSON, place: f"a{text}a"}
            answer = http.post("Consent", content=content, headers=headers)
        elif place == "path":
            answer = http.get(f"Consent/{encoded}")
        else:
            query = {"parameter": f"{encoded}=1", "value": f"patient={encoded}"}
            repeated = "&".join([f"patient={encoded[:3]}"] * (size // 12))
            answer = http.get(f"Consent?{query.get(place, repeated)}")
        assert answer.status_code != httpx.codes.INTERNAL_SERVER_ERROR, answer.text[:500]
        return processor_time(server) - start

    grows_no_faster(measure, (LONGEST_TEXT // 4, LONGEST_TEXT // 2))
