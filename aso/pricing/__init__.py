"""What it costs: units, catalog, match, compute, settle. Pure functions over a hashed catalog."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from aso.errors import ConfigError
from aso.pricing.asked import expect_asked, expect_quantities
from aso.pricing.catalog import Catalog, bundled
from aso.pricing.catalog_file import read_catalog
from aso.pricing.kept import in_force
from aso.pricing.overlay import Overlay, load_overlay
from aso.pricing.pricer import Pricer
from aso.pricing.term import CONDITIONS
from aso.records import Cost, Usage

__all__ = [
    "Catalog",
    "Overlay",
    "Pricer",
    "bundled",
    "in_force",
    "load_overlay",
    "price",
    "read_catalog",
]

_OTHERS = ("size", "quality", "tools", "iterations", "provider_reported", "overlay", "dimensions")
_CONDITIONS = frozenset({*CONDITIONS, *_OTHERS})
_PRICER = Pricer()


def price(
    usage: Usage | Mapping[str, Any],
    *,
    provider: str,
    model: str,
    at: datetime,
    **conditions: Any,
) -> Cost:
    """Return what this usage costs, with every line, by the catalog in force. Pure.

    Args:
        usage: a Usage, or the event's token names (``prompt_tokens``, ``cache_read_tokens``, ...)
            and unit names (``audio_seconds``, ``web_search_requests``, ...) → quantity.
        provider: who bills, e.g. ``openai``. One that the catalog does not list is ``unpriced``.
        model: as the provider names it.
        at: the instant that decides which price is in force; aware.
        conditions: ``service_tier``, ``processing`` ("batch"), ``speed``, ``inference_geo``,
            ``data_residency``, ``search_context_size``, ``endpoint``, ``size`` and ``quality`` (of
            images, as their request says: "1024x1792", "hd"), ``tools`` (names, where a fee depends
            on them, e.g. ``["web_search_preview"]``), ``iterations`` (what was done beside the
            answer: token names and ``model`` of each), ``provider_reported`` (mapping: cost,
            upstream_cost, is_byok, ticks of 1e-10 USD, estimated_cost), ``overlay``
            (``{"openai:*": {"multiplier": "0.85"}}``, or what `load_overlay` gives),
            ``dimensions`` (tags of the call, where the overlay asks for some).

    Raises:
        ConfigError: an argument is of a wrong type or empty, a condition is not known, a quantity
            is not one, the instant has no zone, or the overlay is wrong.
    """
    if not conditions.keys() <= _CONDITIONS:
        unknown = sorted(conditions.keys() - _CONDITIONS)
        raise ConfigError(f"price() got conditions {unknown}: choose from {sorted(_CONDITIONS)}")
    overlay = conditions.pop("overlay", None)
    expect_asked(usage, provider, model, at, conditions)
    pricer = (
        _PRICER if overlay is None else Pricer(catalog=_PRICER.catalog, overlay=_overlay(overlay))
    )
    try:
        cost = pricer.used(usage, provider, model, at, conditions)
    except TypeError:  # looking at each quantity before would cost more than the others do
        expect_quantities(usage)
        raise
    if not isinstance(usage, Usage) and (cost.notes or cost.total is None):
        expect_quantities(usage)
    return cost


def _overlay(source: Overlay | Mapping[str, Any]) -> Overlay:
    return source if isinstance(source, Overlay) else load_overlay(source)
