"""Contract prices: a document of rates, multipliers and fees over the catalog; hashed, named.

Of all terms that cover a call exactly one holds, the most specific; two for the same calls at the
same time are refused when the document is read (docs/prices-and-contracts.md).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from aso.documents import read
from aso.pricing.overlay_document import terms_of
from aso.pricing.term import Term

__all__ = ["Overlay", "Term", "load_overlay"]


@dataclass(frozen=True, slots=True)
class Overlay:
    """All terms of a document. ``canonical``: the document as JSON, what the hash is of."""

    terms: Sequence[Term]
    sha256: str
    canonical: str = ""

    def term(
        self, provider: str, models: Sequence[str], at: datetime, conditions: Mapping[str, Any]
    ) -> Term | None:
        """Return what was agreed for a call, by any name of its model; None: nothing."""
        names = [f"{provider}:{model}" for model in models]
        found = [term for term in self.terms if term.covers(names, at, conditions)]
        return max(found, key=lambda term: term.weight, default=None)


def load_overlay(source: Mapping[str, Any] | str | Path) -> Overlay:
    """Return the overlay of a mapping, or of a TOML or JSON file.

    The document maps ``provider:model`` (a trailing ``*`` allowed) to a table, or to a list of
    tables: ``multiplier`` (on every line), ``rates`` (unit → USD per ``per`` units, a million by
    default), ``fee`` (USD per call), ``since`` and ``until`` (dates, UTC, or instants; ``until`` is
    not included), ``when`` (conditions, e.g. service_tier), ``dimensions`` (tags), ``name``.

    Raises:
        ConfigError: a pattern, a field, a number or a date is wrong, or two terms could both hold.
    """
    document = read(source, "prices")
    terms = terms_of(document)
    canonical = json.dumps(document, sort_keys=True, default=str)
    return Overlay(terms, hashlib.sha256(canonical.encode()).hexdigest(), canonical)
