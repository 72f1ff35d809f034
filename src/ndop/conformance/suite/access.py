"""How the suite reaches the server under test: headers, TLS and the time limit of a request."""

from __future__ import annotations

import signal
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import httpx
from pydantic import BaseModel, ConfigDict

from ndop.system.errors import PresetError

#: The longest body that is read, in bytes: far above any answer of this API.
LONGEST_BODY = 16 * 1024 * 1024


class NoAnswer(httpx.TransportError):
    """No complete answer came; the text gives the reason."""


class Access(BaseModel):
    """What every request to the server needs. Times are in seconds.

    `ca` is trusted instead of what the machine trusts; `certificate` and `key` are the client's,
    in PEM. `token_key` signs the suite's own tokens. `secrets` are values that no report may show.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    headers: dict[str, str] = {}
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None
    verify: bool = True
    token_key: Path | None = None
    request_seconds: float = 30.0
    secrets: tuple[str, ...] = ()

    def tls(self) -> ssl.SSLContext:
        """The TLS settings. Raises PresetError: a file is missing or not what it must be."""
        context = httpx.create_ssl_context() if self.ca is None else _trusting(self.ca)
        if not self.verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.certificate is not None:
            key = self.key or self.certificate
            try:
                context.load_cert_chain(self.certificate, key, password=_no_password)
            except (OSError, ValueError) as error:
                raise PresetError(
                    f"tls.certificate: expected a certificate in PEM in {self.certificate} and its "
                    f"unencrypted key in {key}: {error}"
                ) from error
        return context


def http_client(access: Access | None = None) -> httpx.Client:
    """Connections for clients to share. They send no header that a test does not set.

    Raises PresetError, as `Access.tls`.
    """
    access = access or Access()
    headers = {"Accept-Encoding": "identity"}
    http = httpx.Client(timeout=access.request_seconds, headers=headers, verify=access.tls())
    del http.headers["accept"]
    return http


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Raise NoAnswer in the block once the time is up, whatever it is waiting for.

    The timeouts of HTTP libraries apply to a single read, and a server that sends a byte now and
    then never exceeds them. Only the main thread can be interrupted; in others there is no limit.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_signal: int, _frame: FrameType | None) -> None:
        raise NoAnswer(f"no whole answer within {seconds:g} s")

    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def why_no_answer(error: Exception) -> str:
    """What an exception of an HTTP library means, in words."""
    text = str(error) or type(error).__name__
    if isinstance(error, httpx.TimeoutException):
        return f"no answer in time ({text})"
    if isinstance(error, httpx.DecodingError):
        return f"a body that is not compressed as its Content-Encoding says ({text})"
    if isinstance(error, httpx.ConnectError) and "CERTIFICATE" in text.upper():
        return f"TLS: {text}"
    return text


def _trusting(ca: Path) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=ca)
    except (OSError, ValueError) as error:
        raise PresetError(f"tls.ca: expected certificates in PEM in {ca}: {error}") from error


def _no_password() -> str:
    raise ValueError("the key is encrypted")
