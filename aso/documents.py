"""TOML and JSON from outside → a mapping, with one clear error. Reads files; nothing else does."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from aso.errors import ConfigError


def read(source: str | Path | Mapping[str, Any], what: str) -> Mapping[str, Any]:
    """Return the document: a mapping as it is, a path's file, or the text itself.

    Args:
        source: a mapping; a path ending in .toml or .json; or TOML or JSON as text.
        what: what the document is, for the error, e.g. ``policy``.

    Raises:
        ConfigError: there is no such file, or it is neither TOML nor JSON, or not a table.
    """
    if isinstance(source, Mapping):
        return source
    text, is_json, where = _text(source, what)
    found = _parse(text, where, is_json=is_json)
    if not isinstance(found, dict):
        raise ConfigError(
            f"{where} is of type {type(found).__name__}: it must be a table of fields"
        )
    return cast("dict[str, Any]", found)


def _text(source: object, what: str) -> tuple[str, bool, str]:
    """Return the document's text, whether it is JSON, and what errors call it."""
    if not isinstance(source, (str, Path)):
        raise ConfigError(
            f"{what} is of type {type(source).__name__}: give a mapping, or a TOML or JSON file's path"
        )
    if isinstance(source, str) and ("\n" in source or source.lstrip().startswith("{")):
        return source, source.lstrip().startswith("{"), what
    where = f"{what} file {str(source)!r}"
    try:
        path = Path(source).expanduser()
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError, RuntimeError) as error:
        raise ConfigError(
            f"{where} cannot be read ({type(error).__name__}): "
            "give the path of a TOML or JSON file in UTF-8"
        ) from error
    return text, path.suffix.lower() == ".json" or text.lstrip().startswith("{"), where


def _parse(text: str, where: str, *, is_json: bool) -> Any:
    loads = json.loads if is_json else _toml().loads  # its own error is not the document's
    try:
        return loads(text)
    except (ValueError, RecursionError) as error:
        kind = "JSON" if is_json else "TOML"
        raise ConfigError(
            f"{where} is not valid {kind}: {error}: correct it where it says"
        ) from error


def _toml() -> Any:
    name = "tomllib" if sys.version_info >= (3, 11) else "tomli"
    try:
        return __import__(name)
    except ImportError as error:
        raise ConfigError(
            "reading TOML needs Python 3.11, or on 3.10 the package tomli: "
            "pip install tomli, or write the document as JSON"
        ) from error
