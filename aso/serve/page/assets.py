"""The page's files, read once: what is asked for is looked up by name, never on the disk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_FOLDER = Path(__file__).parent
_MEDIA_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
# Nothing is loaded from elsewhere, no script or style stands in the document, no text becomes
# markup (Trusted Types), nobody frames it, and no form is ever sent: not even a key, without script.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)
PAGE_HEADERS = {
    "Cache-Control": "no-cache",
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class Asset(NamedTuple):
    """A file of the page. ``path``: where it is served."""

    path: str
    media_type: str
    etag: str
    body: bytes


def assets() -> Iterator[Asset]:
    """Yield every file of the page; the document itself is at ``/``."""
    for file in sorted(_FOLDER.iterdir()):
        media_type = _MEDIA_TYPES.get(file.suffix)
        if media_type is not None:
            body = file.read_bytes()
            path = "/" if file.name == "index.html" else f"/page/{file.name}"
            etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            yield Asset(path, media_type, etag, body)
