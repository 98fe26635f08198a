"""The ingest endpoint and its key: checked, and never shown whole."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from aso.errors import ConfigError

_KEY = re.compile(r"aso_k_(?P<id>[A-Za-z0-9_-]{1,64})\.(?P<secret>[!-~]{1,256})")
_ENDPOINT = re.compile(
    r"(?P<scheme>https?)://(?P<host>\[[0-9a-f:.]+\]|[^/:@?#\s\\]+)(:\d{1,5})?(/[^?#\s\\]*)?",
    re.IGNORECASE,
)
_LOOPBACK = re.compile(r"localhost|127\.\d+\.\d+\.\d+|\[::1\]", re.IGNORECASE)
_PORTS = range(1, 65536)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """``aso_k_{id}.{secret}``; its repr does not show the secret."""

    id: str
    secret: str = field(repr=False)

    @classmethod
    def parse(cls, text: object, name: str = "api_key") -> ApiKey:
        """Return the key.

        Raises:
            ConfigError: it does not have the form; the message does not quote it.
        """
        found = _KEY.fullmatch(text) if isinstance(text, str) else None
        if found is None:
            raise ConfigError(
                f"{name} (hidden) is not of the form aso_k_{{id}}.{{secret}}: "
                "copy it whole from the key's page, or leave it out to use the local ledger"
            )
        return cls(found["id"], found["secret"])

    @property
    def text(self) -> str:
        """Return the whole key, as the ingest header takes it."""
        return f"aso_k_{self.id}.{self.secret}"


def checked_endpoint(
    url: Any, name: str = "endpoint", *, allow_insecure: bool = False
) -> str | None:
    """Return the URL without a slash at its end; None stays None.

    ``allow_insecure`` takes http to another machine, for a network that encrypts by itself.

    Raises:
        ConfigError: it is no URL, or not encrypted and not on this machine. A user, a path or a
            query is not quoted.
    """
    if url is None:
        return None
    found = _ENDPOINT.fullmatch(url) if isinstance(url, str) else None
    if found is None or int((found[3] or ":1")[1:]) not in _PORTS:
        raise ConfigError(
            f"{name} {_shown(url)} is not a URL that can be used: write https://host or "
            "https://host:port/path, without user, query or fragment"
        )
    is_open = found["scheme"].lower() == "http" and not _LOOPBACK.fullmatch(found["host"])
    if is_open and not allow_insecure:
        raise ConfigError(
            f"{name} {_shown(url)} is not encrypted: a key is sent by https only; "
            "http is for this machine (127.0.0.1, localhost), or for "
            "IngestSink(..., allow_insecure=True) where the network itself is encrypted"
        )
    return str(url).rstrip("/")


def _shown(url: Any) -> str:
    """Return scheme and host alone: a user, a path or a query may be somebody's secret."""
    found = (
        re.match(r"(https?://)(?:.*@)?([^/?#@\s]*)", url, re.IGNORECASE)
        if isinstance(url, str)
        else None
    )
    return repr(f"{found[1]}{found[2]}"[:120]) if found else "(hidden)"
