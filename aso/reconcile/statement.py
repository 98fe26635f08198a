"""A provider's export in one form: what it billed or counted, by day, model, project and tier."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

Quantities = Mapping[str, Decimal]

# What exports count. Tokens are apart: none is counted in two of them.
UNCACHED, CACHE_READ, OUTPUT = "uncached_input_tokens", "cache_read_tokens", "output_tokens"
CACHE_WRITE, CACHE_WRITE_1H = "cache_write_tokens", "cache_write_1h_tokens"
SEARCHES = "web_search_requests"


_NOTHING: Quantities = MappingProxyType({})


class Stated(NamedTuple):
    """One row of an export.

    Attributes:
        day: UTC, ISO 8601.
        model: None: of no model (a tool's fee), or the export does not tell models apart.
        project: the provider's project or workspace id.
        tier: standard, batch, priority, ...; None: not told.
        cost: in USD; None: the export counts, and says no cost.
        tolerance: how much less or more the cost may be than what is written, by its last digit.
        requests: how many; None: not told.
        quantities: by the names above, and ``images``, ``audio_seconds``, ``input_characters``.
        upstream_cost: billed by another provider, to one's own key there.
    """

    day: str
    model: str | None
    project: str | None
    tier: str | None = None
    cost: Decimal | None = None
    tolerance: Decimal = Decimal(0)
    requests: int | None = None
    quantities: Quantities = _NOTHING
    upstream_cost: Decimal | None = None


class Statement(NamedTuple):
    """All rows of one provider's exports, and the time that they cover, in epoch milliseconds.

    ``kinds``: what the files are, e.g. ``openai.costs``. ``notes``: what a reader must know.
    """

    provider: str
    kinds: Sequence[str]
    rows: Sequence[Stated]
    since_ms: int
    until_ms: int
    notes: Sequence[str]

    @property
    def has_models(self) -> bool:
        """Return True where the export tells models apart."""
        return any(row.model is not None for row in self.rows)

    @property
    def has_projects(self) -> bool:
        """Return True where the export tells projects apart."""
        return any(row.project is not None for row in self.rows)
