"""What two exports state both: counted twice, it would be a difference that is none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aso.errors import ConfigError

_AMOUNT = "amount"  # as text at Anthropic


class Repeated:
    """What was read, and from which file."""

    def __init__(self) -> None:
        self._pages: dict[str, Path] = {}
        self._groups: dict[tuple[object, ...], Path] = {}

    def check_page(self, path: Path, page: Mapping[str, Any]) -> None:
        """Take a page.

        Raises:
            ConfigError: it was there already.
        """
        if not page.get("data"):  # a row that stands alone, or an empty page
            return
        text = json.dumps(page, sort_keys=True, default=str)
        if text in self._pages:
            raise _twice(self._pages[text], path, "the same page")
        self._pages[text] = path

    def check_row(
        self, path: Path, kind: str, span: tuple[int, int], row: Mapping[str, Any]
    ) -> None:
        """Take a row.

        Raises:
            ConfigError: another file has one of the same kind, time and group.
        """
        other = self._groups.setdefault((kind, span, _group(row)), path)
        if other is not path:
            raise _twice(other, path, f"the same rows of {kind}")


def _group(row: Mapping[str, Any]) -> str:
    """Return what a row is of: its names and texts, without what it measures."""
    named = {
        name: value
        for name, value in row.items()
        if name != _AMOUNT and isinstance(value, (str, bool))
    }
    return json.dumps([named, row.get("group")], sort_keys=True, default=str)


def _twice(one: Path, other: Path, what: str) -> ConfigError:
    return ConfigError(
        f"exports {str(one)!r} and {str(other)!r} have {what}, which would be counted twice: give "
        "each once; of several accounts, reconcile each apart"
    )
