"""What people decided, from overrides.toml, over the merged catalog."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from decimal import Decimal
from typing import Any

from aso.pricing.build.merge import Merged
from aso.pricing.build.rows import MILLION
from aso.semconv import decimal_text

_Document = dict[str, Any]
_NOTHING = {"input_tokens": ["0", MILLION], "output_tokens": ["0", MILLION]}


def decide(merged: Merged, overrides: Mapping[str, Any]) -> None:
    """Apply every table of overrides.toml; each entry has its page, date and reason there."""
    for one in overrides.get("row", ()):
        _row(merged, one)
    for one in overrides.get("free", ()):
        _free(merged, one)
    for one in overrides.get("alias", ()):
        _alias(merged, one)
    for table, apply in _APPLY.items():
        for one in overrides.get(table, ()):
            for document in _documents(merged, one):
                apply(document, one)


def _row(merged: Merged, one: Mapping[str, Any]) -> None:
    """Put a row in as it is written; it takes the place of what sources say of its names."""
    models = merged.providers.setdefault(one["provider"], {})
    disputes = merged.disputes.get(one["provider"], {})
    for name in (one["model"], *one["aliases"]):
        models.pop(name, None)
        disputes.pop(name, None)
    prices = one.get("prices", [{"rates": one.get("rates", {})}])
    models[one["model"]] = {
        "aliases": sorted(one["aliases"]),
        "prices": [{**price, "rates": _rates(price["rates"], one)} for price in prices],
        "sources": [one["page"]],
        "confidence": "settled",
    }


def _free(merged: Merged, one: Mapping[str, Any]) -> None:
    """Price at an explicit 0 what a list alone says is free, where the provider's page says so."""
    disputes = merged.disputes.get(one["provider"], {})
    for model in sorted(disputes):
        if _fits(model, one) and disputes[model]["why"].startswith("free_unconfirmed:"):
            aliases = disputes[model]["aliases"]
            _row(merged, {**one, "model": model, "aliases": aliases, "rates": _NOTHING})


def _alias(merged: Merged, one: Mapping[str, Any]) -> None:
    """Make names those of a model; rows that they had are no more."""
    models = merged.providers[one["provider"]]
    for document in list(_documents(merged, one)):
        document["aliases"] = sorted({*document["aliases"], *one["names"]})
        for name in one["names"]:
            models.pop(name, None)
            merged.disputes.get(one["provider"], {}).pop(name, None)


def _end(document: _Document, one: Mapping[str, Any]) -> None:
    for price in document["prices"]:
        price["until"] = min(price.get("until", one["until"]), one["until"])


def _before(document: _Document, one: Mapping[str, Any]) -> None:
    """Let other rates hold before an instant, under the same conditions."""
    for price in list(document["prices"]):
        is_meant = price.get("when", {}) == one.get("when", {})
        if is_meant and price.get("since", "") < one["instant"] <= price.get("until", "9999"):
            earlier = deepcopy(price)
            earlier["until"] = one["instant"]
            earlier["rates"] = dict(sorted({**price["rates"], **_rates(one["rates"], one)}.items()))
            price["since"] = one["instant"]
            document["prices"].insert(document["prices"].index(price), earlier)


def _fee(document: _Document, one: Mapping[str, Any]) -> None:
    """Add rates to each standard price that has none of these units."""
    for price in _standard(document):
        price["rates"] = dict(sorted({**_rates(one["rates"], one), **price["rates"]}.items()))


def _multiplier(document: _Document, one: Mapping[str, Any]) -> None:
    document.setdefault("multipliers", {}).setdefault(one["name"], dict(one["values"]))


def _minimum(document: _Document, one: Mapping[str, Any]) -> None:
    document["minimums"] = dict(one["values"])


def _maximum(document: _Document, one: Mapping[str, Any]) -> None:
    document["maximums"] = dict(one["values"])


def _block(document: _Document, one: Mapping[str, Any]) -> None:
    document["blocks"] = {one["per"]: [one["unit"], one["quantity"]]}


def _share(document: _Document, one: Mapping[str, Any]) -> None:
    """Add a unit at a share of another's rate, where no price of the model says one."""
    unit, of = one["unit"], one["of"]
    if any(unit in price["rates"] for price in document["prices"]):
        return
    for price in _standard(document):
        if price["rates"].keys() >= {of, one["beside"]} and not price.get("tiers"):
            amount, per, *_ = price["rates"][of]
            found = {unit: [decimal_text(Decimal(amount) * Decimal(one["share"])), per]}
            price["rates"] = dict(sorted({**price["rates"], **_rates(found, one)}.items()))


def _like(document: _Document, one: Mapping[str, Any]) -> None:
    """Let one variant cost what another does wherever it says nothing itself."""
    models = [price for price in document["prices"] if price.get("when") == one["as"]]
    own = [price for price in document["prices"] if price.get("when") == one["when"]]
    for price in own:
        for model in models:
            if _overlap(price, model) and _says_the_same(price, model):
                _complete(price, model, document, one)
    for model in models:
        if own and not any(_overlap(price, model) for price in own):
            document["prices"].append(_copied(model, one))


def _scale(document: _Document, one: Mapping[str, Any]) -> None:
    """Give units that a variant leaves out the factor that its input has to the standard's."""
    for price in document["prices"]:
        standard = next((other for other in _standard(document) if _overlap(price, other)), None)
        if price.get("when") != one["when"] or standard is None:
            continue
        factor = _factor(standard["rates"], price["rates"])
        if factor is None:
            continue
        _scaled(price, standard, factor, one)
        longer = {tier["threshold"]: tier for tier in standard.get("tiers", ())}
        for tier in price.get("tiers", ()):
            _scaled(tier, longer.get(tier["threshold"], {"rates": {}}), factor, one)


def _scaled(
    own: _Document, usual: Mapping[str, Any], factor: Decimal, one: Mapping[str, Any]
) -> None:
    more = {
        unit: [decimal_text(Decimal(usual["rates"][unit][0]) * factor), usual["rates"][unit][1]]
        for unit in one["units"]
        if unit in usual["rates"] and unit not in own["rates"]
    }
    own["rates"] = dict(sorted({**own["rates"], **_rates(more, one)}.items()))


def _factor(usual: Mapping[str, Any], own: Mapping[str, Any]) -> Decimal | None:
    amounts = [Decimal(rates.get("input_tokens", ["0"])[0]) for rates in (usual, own)]
    if not all(amounts):
        return None
    factor = amounts[1] / amounts[0]
    return factor if factor * amounts[0] == amounts[1] else None


def _drop(document: _Document, one: Mapping[str, Any]) -> None:
    """Take a variant out that a list has wrong: its tier is unknown then."""
    document["prices"] = [
        one_of for one_of in document["prices"] if one_of.get("when") != one["when"]
    ]


def _complete(
    price: _Document, model: _Document, document: _Document, one: Mapping[str, Any]
) -> None:
    more = {unit: rate[:2] for unit, rate in model["rates"].items() if unit not in price["rates"]}
    price["rates"] = dict(sorted({**price["rates"], **_rates(more, one)}.items()))
    standard = next(other for other in _standard(document) if _overlap(price, other))
    if "tiers" in price or "tiers" not in model or "tiers" not in standard:
        return
    price["tiers"] = deepcopy(model["tiers"])
    for tier, usual in zip(price["tiers"], standard["tiers"], strict=True):
        same = {
            unit: usual["rates"][unit][:2]
            for unit, rate in price["rates"].items()
            if unit in usual["rates"] and rate[:2] == standard["rates"][unit][:2]
        }
        found = {unit: rate[:2] for unit, rate in {**same, **tier["rates"]}.items()}
        tier["rates"] = dict(sorted(_rates(found, one).items()))


def _copied(model: _Document, one: Mapping[str, Any]) -> _Document:
    found = deepcopy(model)
    found["when"] = dict(one["when"])
    for rates in (found, *found.get("tiers", ())):
        plain = {unit: rate[:2] for unit, rate in rates["rates"].items()}
        rates["rates"] = _rates(plain, one)
    return found


def _overlap(left: _Document, right: _Document) -> bool:
    starts = max(left.get("since", ""), right.get("since", ""))
    return starts < min(left.get("until", "9999"), right.get("until", "9999")) and not any(
        "window" in one for one in (left, right)
    )


def _says_the_same(left: _Document, right: _Document) -> bool:
    common = left["rates"].keys() & right["rates"].keys() - {"cache_read_tokens"}
    return bool(common) and all(left["rates"][u][:2] == right["rates"][u][:2] for u in common)


_APPLY: Mapping[str, Callable[[_Document, Mapping[str, Any]], None]] = {
    "before": _before,
    "end": _end,
    "fee": _fee,
    "multiplier": _multiplier,
    "minimum": _minimum,
    "maximum": _maximum,
    "block": _block,
    "share": _share,
    "like": _like,
    "scale": _scale,
    "drop": _drop,
}


def _standard(document: _Document) -> list[_Document]:
    return [price for price in document["prices"] if "when" not in price]


def _rates(rates: Mapping[str, Any], one: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the rates with the page as their source."""
    return {unit: [*rate, f"{one['page']}:settled"] for unit, rate in rates.items()}


def _documents(merged: Merged, one: Mapping[str, Any]) -> Iterator[_Document]:
    """Return the provider's models, or those whose name fits one of the patterns."""
    for model, document in sorted(merged.providers[one["provider"]].items()):
        if _fits(model, one):
            yield document


def _fits(model: str, one: Mapping[str, Any]) -> bool:
    return any(re.fullmatch(pattern, model) for pattern in one.get("models", [".*"]))
