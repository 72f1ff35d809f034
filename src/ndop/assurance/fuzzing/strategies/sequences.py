"""Cases of several interactions with one Consent."""

from __future__ import annotations

import json

from hypothesis import strategies as st

from ndop.assurance.fuzzing.raw_http import Request
from ndop.assurance.fuzzing.strategies.cases import (
    ID,
    PATIENT,
    VERSION,
    Cases,
    RequestBuilder,
    encode,
)
from ndop.consents import draft


def sequences(build: RequestBuilder) -> Cases:
    """A Consent created, then read, updated, searched for, and refused to be deleted."""
    edition, instance = build.edition, build.instance
    bodies = [
        encode(
            {
                **draft(edition, PATIENT, sample=sample, purpose=purpose, status=status),
                "id": ID.decode(),
            }
        )
        for sample in edition.samples
        for purpose in edition.purpose_codings()
        for status in (edition.status.opted_out, edition.status.sharing)
    ]
    etags = st.sampled_from([b'W/"' + VERSION + b'"', b'W/"1"', b'"2"', b'W/"99"', b"*"])
    creates = st.sampled_from(bodies).map(lambda body: build.create(_without_id(body)))
    updates = st.sampled_from(bodies).map(build.update)
    conditional_updates = st.builds(
        lambda body, etag: build.update(body, (b"If-Match", etag)), st.sampled_from(bodies), etags
    )
    others = st.sampled_from(
        [
            Request(b"GET", instance),
            Request(b"HEAD", instance),
            Request(b"DELETE", instance),
            Request(b"GET", instance + b"/_history"),
            Request(b"GET", instance + b"/_history/" + VERSION),
            Request(b"GET", instance + b"/_history/1"),
            Request(b"GET", instance, ((b"If-None-Match", b'W/"' + VERSION + b'"'),)),
            Request(b"GET", build.base + b"?patient=" + build.patient),
            Request(b"GET", build.base + b"/_history?patient=" + build.patient),
            Request(b"GET", build.base + b"?_id=" + ID),
        ]
    )
    steps = st.lists(
        st.one_of(updates, conditional_updates, creates, others), min_size=1, max_size=7
    )
    return st.builds(lambda first, then: (first, *then), creates, steps)


def _without_id(body: bytes) -> bytes:
    return encode({key: value for key, value in json.loads(body).items() if key != "id"})
