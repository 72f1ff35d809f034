"""Strategies of JSON values, texts and bytes, and edits of bytes."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from ndop.assurance.fuzzing.payloads import bodies


def json_values() -> SearchStrategy[Any]:
    """JSON values of any type, at most four wide at each level."""
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False),
        texts(),
        st.sampled_from(["8" * 400, 10**400, -0.0, 1e308]),
    )
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, max_size=4), st.dictionaries(texts(), inner, max_size=4)
        ),
        max_leaves=12,
    )


def texts() -> SearchStrategy[str]:
    """Texts of any characters except lone surrogates, and text payloads."""
    return st.one_of(
        st.text(st.characters(codec="utf-8"), max_size=12), st.sampled_from(bodies.TEXTS)
    )


def header_values() -> SearchStrategy[bytes]:
    """Values without control characters, except tabs."""
    return st.binary(max_size=20).map(
        lambda value: bytes(one for one in value if one == 9 or (one >= 32 and one != 127))
    )


def without_whitespace(value: bytes) -> bytes:
    """Without what would end the request target."""
    return bytes(one for one in value if one not in b" \r\n")


def spliced(whole: bytes, at: int, removed: int, inserted: bytes) -> bytes:
    """With `removed` bytes at an offset replaced by others."""
    return whole[:at] + inserted + whole[at + removed :]
