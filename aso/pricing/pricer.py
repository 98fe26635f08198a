"""The event builder's door: outcome first, then catalog, overlay and the provider's word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from aso.pricing.catalog import Catalog, bundled
from aso.pricing.compute import Calculated, calculate
from aso.pricing.match import match
from aso.pricing.overlay import Overlay
from aso.pricing.settle import Reported, reported, settle
from aso.records import Cost, Usage

_CLIENT_ERRORS = range(400, 500)


class Pricer:
    """A catalog and the contract over it. Pure: the same arguments give the same cost."""

    def __init__(self, *, catalog: Catalog | None = None, overlay: Overlay | None = None) -> None:
        self._catalog = catalog
        self.overlay = overlay

    @property
    def catalog(self) -> Catalog:
        """Return the catalog; the bundled one is read when first needed."""
        if self._catalog is None:
            self._catalog = bundled()
        return self._catalog

    def price(
        self,
        usage: Usage | Mapping[str, Any],
        *,
        provider: str,
        model: str | None,
        at: datetime,
        conditions: Mapping[str, Any],
        outcome: str = "completed",
        http_status: int | None = None,
        attempts: int = 1,
    ) -> Cost:
        """Return what a call cost; see docs/event.md for the cases.

        Args:
            usage: what was used.
            provider: who bills.
            model: the answer's model, else the request's.
            at: the instant that decides which price is in force; aware.
            conditions: see `aso.pricing.price`.
            outcome: completed, cancelled, error or refused.
            http_status: of the answer, where there was one.
            attempts: how often it was sent; 0: never.
        """
        if outcome == "refused" or attempts == 0 or http_status in _CLIENT_ERRORS:
            return self._free()
        said = reported(conditions.get("provider_reported"))
        if _has_nothing(usage) and said.cost is None:
            return self._unknown()
        return self._priced(usage, provider, model, at, conditions, said)

    def _priced(
        self,
        usage: Usage | Mapping[str, Any],
        provider: str,
        model: str | None,
        at: datetime,
        conditions: Mapping[str, Any],
        said: Reported,
    ) -> Cost:
        row = match(self.catalog, provider, model) if model else None
        calculated: Calculated | None = None
        if row is not None and model is not None:
            overlay = conditions.get("overlay") or self.overlay
            term = overlay.term(provider, row.model) if isinstance(overlay, Overlay) else None
            calculated = calculate(usage, row, model=model, at=at, conditions=conditions, term=term)
        name = row.model if row is not None and calculated is not None else None
        return settle(provider, model, calculated, said, self.catalog, name)

    def _free(self) -> Cost:
        return Cost(total=Decimal(0), status="priced", source="none", **self._catalog_fields())

    def _unknown(self) -> Cost:
        return Cost(**self._catalog_fields())

    def _catalog_fields(self) -> dict[str, Any]:
        return {
            "catalog_version": self.catalog.version,
            "catalog_sha256": self.catalog.sha256,
        }


def _has_nothing(usage: Usage | Mapping[str, Any]) -> bool:
    if not isinstance(usage, Usage):
        return not usage
    return usage.source == "none" or (
        usage.input_tokens is None
        and usage.output_tokens is None
        and not usage.web_search_requests
        and not usage.units
    )
