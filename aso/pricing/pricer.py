"""The event builder's door: outcome first, then catalog, contract and the provider's word."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import Any

from aso.pricing import iterations
from aso.pricing.catalog import Catalog, Price, Row
from aso.pricing.compute import Calculated, calculate
from aso.pricing.kept import in_force
from aso.pricing.match import dispute, match
from aso.pricing.overlay import Overlay, Term
from aso.pricing.positional import by_position
from aso.pricing.settle import reported, settle
from aso.records import Cost, Usage

# Whose request says where it is served, and so at what price; the answer names the model alone.
_BY_PROFILE = frozenset({"bedrock"})
_RETIRED, _CHANGED = "no_price_then", "price_changed_meanwhile"
_CLIENT_ERROR, _SERVER_ERROR = 400, 500
_NO_PRICE = Price(None, None, (), None, {}, ())


class Pricer:
    """A catalog and the contract over it. Pure: the same arguments give the same cost."""

    def __init__(self, *, catalog: Catalog | None = None, overlay: Overlay | None = None) -> None:
        self.overlay = overlay
        if catalog is not None:
            self.catalog = catalog

    @cached_property
    def catalog(self) -> Catalog:
        """Return the catalog; the one in force is read when first needed."""
        return in_force()

    def price(
        self,
        usage: Usage | Mapping[str, Any],
        *,
        provider: str,
        model: str | None,
        at: datetime,
        conditions: Mapping[str, Any],
        request_model: str | None = None,
        outcome: str = "completed",
        http_status: int | None = None,
        attempts: int = 1,
        began: datetime | None = None,
    ) -> Cost:
        """Return what a call cost; see docs/event.md for the cases.

        Args:
            usage: what was used.
            provider: who bills.
            model: as the answer names it.
            request_model: as the request names it; counts where the answer names none, and at
                Bedrock, whose profiles (``us.``, ``global.``) only the request names.
            at: the instant that decides which price is in force; aware.
            conditions: see `aso.pricing.price`; an overlay is the pricer's own.
            outcome: completed, cancelled, error or refused.
            http_status: of the answer, where there was one.
            attempts: how often it was sent; 0: never.
            began: when the call did, aware; a price that changed since is noted.
        """
        name = model or request_model
        if provider in _BY_PROFILE and request_model is not None:
            name = self._profile(provider, model, request_model)
        if outcome == "refused" or attempts == 0 or _is_client_error(http_status):
            return self._unbilled()
        cost = self.used(usage, provider, name, at, conditions)
        if began is None or not cost.lines or not self._changed(provider, name, began, at):
            return cost
        return cost._replace(notes=(*cost.notes, _CHANGED))

    def used(
        self,
        usage: Usage | Mapping[str, Any],
        provider: str,
        name: str | None,
        at: datetime,
        conditions: Mapping[str, Any],
    ) -> Cost:
        """Return what this usage costs; ``name``: of the model."""
        cost = self._cost(usage, provider, name, at, conditions)
        if self.overlay is None:
            return cost
        return by_position(Cost, (*cost[:-1], self.overlay.sha256))  # its last field

    def _changed(self, provider: str, name: str | None, began: datetime, at: datetime) -> bool:
        """Return True where the model's price was another when the call began: its hours, a date."""
        row = None if name is None else match(self.catalog, provider, name)
        if row is None or len(row.standard) == 1:
            return False
        return row.price(began) is not row.price(at)

    def _unbilled(self) -> Cost:
        """Return the cost of what the provider refused, or never got."""
        catalog, overlay = self.catalog, self.overlay
        return Cost(
            total=Decimal(0),
            status="priced",
            catalog_version=catalog.version,
            catalog_sha256=catalog.sha256,
            contract_sha256=None if overlay is None else overlay.sha256,
        )

    def _cost(
        self,
        usage: Usage | Mapping[str, Any],
        provider: str,
        name: str | None,
        at: datetime,
        conditions: Mapping[str, Any],
    ) -> Cost:
        catalog = self.catalog
        said = reported(conditions.get("provider_reported"))
        if _has_nothing(usage) and said.cost is None:
            return Cost(catalog_version=catalog.version, catalog_sha256=catalog.sha256)
        row, calculated = None, None
        if name is not None:
            row, calculated = self._calculated(usage, provider, name, at, conditions)
        matched = None if row is None or calculated is None else row.model
        cost = settle(provider, name, calculated, said, catalog, matched)
        return cost if calculated is not None else self._why(cost, provider, name, row)

    def _profile(self, provider: str, model: str | None, request: str) -> str:
        """Return the request's model where a price is known of it, or in dispute; else the answer's."""
        is_known = match(self.catalog, provider, request) is not None
        is_known = is_known or dispute(self.catalog, provider, request) is not None
        return request if is_known or not model else model

    def _why(self, cost: Cost, provider: str, model: str | None, row: Row | None) -> Cost:
        """Return the cost with the reason why a model that sources list has no price."""
        if model is None:
            return cost
        reason = _RETIRED if row is not None else dispute(self.catalog, provider, model)
        return cost if reason is None else cost._replace(notes=(*cost.notes, reason))

    def _calculated(
        self,
        usage: Usage | Mapping[str, Any],
        provider: str,
        model: str,
        at: datetime,
        conditions: Mapping[str, Any],
    ) -> tuple[Row | None, Calculated | None]:
        if iterations.CONDITION not in conditions:
            return self._answer(usage, provider, model, at, conditions)
        alone = iterations.apart(usage)
        row, answer = self._answer(alone, provider, model, at, conditions)
        if answer is None:
            return row, None
        parts = [
            self._answer(counts, provider, name or model, at, conditions)[1]
            for name, counts in iterations.said(conditions)
        ]
        return row, iterations.together(answer, parts, usage)

    def _answer(
        self,
        usage: Usage | Mapping[str, Any],
        provider: str,
        model: str,
        at: datetime,
        conditions: Mapping[str, Any],
    ) -> tuple[Row | None, Calculated | None]:
        row = match(self.catalog, provider, model)
        term: Term | None = None
        if self.overlay is not None:
            names = (model,) if row is None else (row.model, model)
            term = self.overlay.term(provider, names, at, conditions)
        if row is None:
            if term is None or not (term.rates or term.fee):
                return None, None
            row = _unlisted(provider, model)
        return row, calculate(usage, row, model, at, conditions, term)


@lru_cache(maxsize=256)
def _unlisted(provider: str, model: str) -> Row:
    """Return the row of a model that the contract alone prices."""
    return Row(provider, model, (_NO_PRICE,), {}, {}, "none")


def _is_client_error(http_status: int | None) -> bool:
    return http_status is not None and _CLIENT_ERROR <= http_status < _SERVER_ERROR


def _has_nothing(usage: Usage | Mapping[str, Any]) -> bool:
    if not isinstance(usage, Usage):
        return not usage
    return usage.source == "none" or (
        usage.input_tokens is None
        and usage.output_tokens is None
        and not usage.web_search_requests
        and not usage.units
    )
