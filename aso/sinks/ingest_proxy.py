"""The network's proxy and certificates, by the variables that all HTTP clients read.

HTTPS_PROXY and NO_PROXY by ``urllib.request`` (which, on macOS and Windows, asks the system as
well); SSL_CERT_FILE and SSL_CERT_DIR by OpenSSL itself, when a context loads its defaults.
"""

from __future__ import annotations

import re
import sys
from base64 import b64encode
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from aso.environment import from_environment
from aso.errors import ConfigError

if TYPE_CHECKING:
    from urllib.parse import SplitResult

_VARIABLES = ("https_proxy", "HTTPS_PROXY")
_ASKS_THE_SYSTEM = sys.platform in {"darwin", "win32"}
_HTTP_PORT = 80
_LOCAL = re.compile(r"localhost|127\.[\d.]+|\[::1\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where a tunnel begins. ``headers`` go to the proxy alone; its repr does not show them."""

    host: str
    port: int
    headers: dict[str, str] = field(repr=False)


def proxy_for(host: str) -> Proxy | None:
    """Return the proxy on the way to ``host`` or ``host:port`` by TLS; None: there is none.

    Never to this machine, whatever the variables say: another one's loopback is not ours.

    Raises:
        ConfigError: HTTPS_PROXY cannot be used; a user and a password are not quoted.
    """
    is_local = _LOCAL.fullmatch(host.rpartition(":")[0]) or _LOCAL.fullmatch(host)
    if is_local or not (_ASKS_THE_SYSTEM or any(map(from_environment, _VARIABLES))):
        return None
    from urllib.request import getproxies, proxy_bypass  # 20 ms: for those who may have one

    url = getproxies().get("https")
    return None if not url or proxy_bypass(host) else _parsed(url)


def expect_certificates() -> None:
    """Look whether SSL_CERT_FILE is there: OpenSSL says nothing of it, and then trusts nobody.

    Raises:
        ConfigError: it is no file.
    """
    path = from_environment("SSL_CERT_FILE")
    if path is not None and not Path(path).is_file():
        raise ConfigError(
            f"SSL_CERT_FILE is {path!r}, which is no file: no endpoint could be verified; write the "
            "path of a PEM file with the certificates to trust, or leave it out for the system's"
        )


def _parsed(url: str) -> Proxy:
    from urllib.parse import urlsplit

    found: SplitResult | None = None
    with suppress(ValueError):  # a port that is none, an address that is none
        found = urlsplit(url if "://" in url else f"http://{url}")
        if found.hostname and found.scheme == "http":
            return Proxy(found.hostname, found.port or _HTTP_PORT, _headers(found))
    raise ConfigError(
        f"HTTPS_PROXY (host {found.hostname if found else None}, the rest hidden) cannot be used: "
        "write http://host:port or http://user:password@host:port; https and socks proxies are not "
        "supported, and NO_PROXY excepts an endpoint"
    )


def _headers(url: SplitResult) -> dict[str, str]:
    from urllib.parse import unquote

    if url.username is None:
        return {}
    pair = f"{unquote(url.username)}:{unquote(url.password or '')}"
    return {"Proxy-Authorization": f"Basic {b64encode(pair.encode()).decode()}"}
