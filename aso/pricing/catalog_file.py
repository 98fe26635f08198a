"""A catalog's file → the catalog, checked whole: it comes from outside."""

from __future__ import annotations

import hashlib
import json
import zlib
from pathlib import Path
from typing import Any, cast

from aso.errors import ConfigError
from aso.pricing.catalog import SCHEMA, Catalog

_GZIP = 31  # zlib's window bits for a gzip header
_MAGIC = b"\x1f\x8b"
_MOST_BYTES = 64 * 1024 * 1024  # of the text: more than two hundred times today's
# What a document of another form may raise while it is read.
_FORMS = (ValueError, LookupError, TypeError, ArithmeticError, AttributeError)


def read_catalog(path: Path, sha256: str | None = None) -> Catalog:
    """Return the catalog of a file, gzip or plain; every row of it can be read.

    Args:
        path: the file.
        sha256: of the file's bytes, where it is known; checked first.

    Raises:
        ConfigError: it cannot be read, has another hash, or is no catalog of ours.
    """
    text = _text(path, _bytes(path, sha256))
    header, _, rows = text.partition(b"\n")
    said = _header(path, header)
    found = hashlib.sha256(rows).hexdigest()
    if said.get("sha256") != found:
        raise ConfigError(
            f"catalog {path}: its rows have sha256 {found}, its header says {said.get('sha256')}: "
            "it was changed after it was made; take the original"
        )
    try:
        return _whole(Catalog(text))
    except _FORMS as error:
        raise ConfigError(
            f"catalog {path}: a row cannot be read ({type(error).__name__}): it was made for "
            "another version of aso; take the catalog of this one"
        ) from error


def _bytes(path: Path, sha256: str | None) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            f"catalog {path} cannot be read ({error.strerror}): give the path of a catalog.json.gz"
        ) from error
    found = hashlib.sha256(data).hexdigest()
    if sha256 is not None and found != sha256:
        raise ConfigError(
            f"catalog {path} has sha256 {found}, not {sha256}: it is not the file that you mean; "
            "fetch it again, or give the hash that its publisher states"
        )
    return data


def _text(path: Path, data: bytes) -> bytes:
    if not data.startswith(_MAGIC):
        return data
    try:
        inflating = zlib.decompressobj(_GZIP)
        text = inflating.decompress(data, _MOST_BYTES)
    except zlib.error as error:
        raise ConfigError(f"catalog {path} is no whole gzip file: fetch it again") from error
    if not inflating.eof:
        raise ConfigError(
            f"catalog {path} is cut off, or longer than {_MOST_BYTES:,} bytes: fetch it again"
        )
    return text


def _header(path: Path, line: bytes) -> dict[str, Any]:
    try:
        read: Any = json.loads(line)
    except ValueError:
        read = None
    found = cast("dict[str, Any]", read) if isinstance(read, dict) else {}
    if (schema := found.get("schema")) != SCHEMA:
        raise ConfigError(
            f"catalog {path} has schema {schema!r}: a catalog made for this aso has {SCHEMA!r}"
        )
    return found


def _whole(catalog: Catalog) -> Catalog:
    """Return the catalog after every row was made once, so that none fails later."""
    for provider in catalog.providers:
        for model in catalog.models(provider):
            catalog.row(provider, model)
    return catalog
