"""One term of a contract: which calls it covers, and which of two is the more specific."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from aso.pricing.catalog import Rate
from aso.pricing.conditions import STANDARD, unusual

# What a price, and so a term's `when`, may depend on.
CONDITIONS = (
    "service_tier",
    "processing",
    "speed",
    "inference_geo",
    "data_residency",
    "search_context_size",
    "endpoint",
)


@dataclass(frozen=True, slots=True)
class Term:
    """What was agreed for the calls that it covers, from ``since`` until before ``until``.

    ``name``: as cost lines say it. ``pattern``: ``provider:model``, a ``*`` may end it. ``when``:
    conditions of the price that must hold (a tier, a batch). ``dimensions``: tags that the call
    must have. ``fee`` is USD per call.
    """

    name: str
    pattern: str
    multiplier: Decimal | None
    fee: Rate | None
    rates: Mapping[str, Rate]
    since: datetime | None = None
    until: datetime | None = None
    when: Mapping[str, str] = field(default_factory=dict[str, str])
    dimensions: Mapping[str, str] = field(default_factory=dict[str, str])

    def __hash__(self) -> int:  # its tables have none
        return hash((self.name, self.pattern))

    def covers(self, names: Sequence[str], at: datetime, conditions: Mapping[str, Any]) -> bool:
        """Return True for one of the names ``provider:model``, at an instant in the range."""
        if not any(self.matches(name) for name in names) or not self.is_in_force(at):
            return False
        said = unusual(conditions) if self.when else {}
        if any(_condition(name, said, conditions) != self.when[name] for name in self.when):
            return False
        tags: Mapping[str, str] = conditions.get("dimensions") or {}
        return all(tags.get(key) == value for key, value in self.dimensions.items())

    def matches(self, name: str) -> bool:
        """Return True for ``provider:model`` under the pattern."""
        if self.pattern.endswith("*"):
            return name.startswith(self.pattern[:-1])
        return name == self.pattern

    @property
    def weight(self) -> tuple[int, int, int]:
        """Return how specific it is: of several that cover a call the first of the greatest holds."""
        return len(self.pattern), len(self.when), len(self.dimensions)

    def overlaps(self, other: Term) -> bool:
        """Return True where both cover the same calls at the same time."""
        if (self.pattern, self.when, self.dimensions) != (
            other.pattern,
            other.when,
            other.dimensions,
        ):
            return False
        return _begins_before(self.since, other.until) and _begins_before(other.since, self.until)

    def is_in_force(self, at: datetime) -> bool:
        """Return True for an instant in the range."""
        if self.since is not None and at < self.since:
            return False
        return self.until is None or at < self.until


def _condition(name: str, said: Mapping[str, str], conditions: Mapping[str, Any]) -> str:
    """Return a condition as terms write it: what is as usual is ``standard``."""
    if name in said:
        return said[name]
    value = conditions.get(name)
    found = "" if value is None else str(value).strip().lower()
    return "standard" if found in STANDARD else found


def _begins_before(since: datetime | None, until: datetime | None) -> bool:
    return since is None or until is None or since < until
