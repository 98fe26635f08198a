"""What changed between two catalogs, for whoever reviews a new one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from aso.pricing.catalog import Catalog, Price, Rate, Row
from aso.pricing.match import dispute, match
from aso.semconv import decimal_text

_Rates = Mapping[str, str]  # unit → rate, as text


def changes(old: Catalog, new: Catalog) -> Iterator[str]:
    """Yield a line for each model that came (+) or went (-) and each price that changed (~)."""
    yield f"{old.version} ({old.sha256[:12]}) → {new.version} ({new.sha256[:12]})"
    for provider in sorted({*old.providers, *new.providers}):
        before, after = set(old.models(provider)), set(new.models(provider))
        for model in sorted(before | after):
            was, now = old.row(provider, model), new.row(provider, model)
            if model not in before and now is not None:
                yield f"+ {provider}:{model}  {now.source}  {_text(_standard(now))}"
            elif model not in after and was is not None:
                yield f"- {provider}:{model}  {_why(new, provider, model)}"
            elif was is not None and now is not None:
                yield from _changed(f"{provider}:{model}", was, now)


def _why(new: Catalog, provider: str, model: str) -> str:
    if (row := match(new, provider, model)) is not None:
        return f"is {row.model} now"
    return dispute(new, provider, model) or "is gone"


def _changed(name: str, was: Row, now: Row) -> Iterator[str]:
    before, after = _prices(was), _prices(now)
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key, {}), after.get(key, {})
        if old != new:
            different = sorted(
                unit for unit in old.keys() | new.keys() if old.get(unit) != new.get(unit)
            )
            said = [f"{unit} {old.get(unit, '—')} → {new.get(unit, '—')}" for unit in different]
            yield f"~ {name}  {key}  {', '.join(said)}"
    if was.multipliers != now.multipliers:
        yield f"~ {name}  factors  {_factors(was)} → {_factors(now)}"


def _prices(row: Row) -> dict[str, _Rates]:
    """Return a row's rates by what they hold under: conditions, dates, hours, length."""
    found: dict[str, _Rates] = {}
    for price in (*row.standard, *(one for several in row.variants.values() for one in several)):
        key = _key(price)
        found[key] = _texts(price.rates)
        for tier in price.tiers:
            bound = "≥" if tier.is_inclusive else ">"
            found[f"{key} {bound}{tier.threshold}"] = _texts(tier.rates)
    return found


def _key(price: Price) -> str:
    when = " ".join(f"{name}={value}" for name, value in price.when) or "standard"
    since = "" if price.since is None else f" from {price.since.isoformat()}"
    until = "" if price.until is None else f" until {price.until.isoformat()}"
    window = price.window
    hours = "" if window is None else f" {window.start_minute}-{window.end_minute} min"
    return f"{when}{since}{until}{hours}"


def _standard(row: Row) -> _Rates:
    return _texts(row.standard[0].rates) if row.standard else {}


def _texts(rates: Mapping[str, Rate]) -> _Rates:
    return {unit: f"{decimal_text(rate.amount)}/{rate.per}" for unit, rate in rates.items()}


def _text(rates: _Rates) -> str:
    return ", ".join(f"{unit} {rate}" for unit, rate in sorted(rates.items()))


def _factors(row: Row) -> str:
    found = [
        f"{name}={value}×{factor}"
        for name, values in sorted(row.multipliers.items())
        for value, factor in sorted(values.items())
    ]
    return " ".join(found) or "—"
