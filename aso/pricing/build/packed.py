"""The merged catalog → the text of the file: a header, then a line per provider."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from aso.pricing.build.merge import Merged
from aso.pricing.catalog import SCHEMA


def packed(merged: Merged, inputs: Mapping[str, Any], calendars: Mapping[str, Any]) -> bytes:
    """Return the catalog's text; its header has the hash of all that follows.

    Args:
        merged: the rows, by provider.
        inputs: inputs.toml.
        calendars: days on which hours of the day do not hold, by the name that windows use.
    """
    names = sorted(merged.providers.keys() | merged.disputes.keys())
    lines = [_canonical(_line(merged, name, calendars)) for name in names]
    rows = "\n".join(lines)
    header = {
        "schema": SCHEMA,
        "version": inputs["version"],
        "sha256": hashlib.sha256(rows.encode()).hexdigest(),
        "providers": names,
        "inputs": [
            {name: one[name] for name in ("name", "version", "sha256", "licence")}
            for one in inputs["input"]
        ],
    }
    return f"{_canonical(header)}\n{rows}".encode()


def _line(merged: Merged, provider: str, calendars: Mapping[str, Any]) -> dict[str, Any]:
    models = merged.providers.get(provider, {})
    closed = {
        price["window"]["closed"]
        for document in models.values()
        for price in document["prices"]
        if "closed" in price.get("window", {})
    }
    return {
        "calendars": {name: list(calendars[name]) for name in closed},
        "disputes": merged.disputes.get(provider, {}),
        "aliases": {
            alias: model
            for model in sorted(models)
            for alias in models[model]["aliases"]
            if alias not in models
        },
        "models": {model: _row(document) for model, document in models.items()},
    }


def _row(document: Mapping[str, Any]) -> str:
    """Return a row as text: it is parsed when its model is asked for."""
    return _canonical({name: value for name, value in document.items() if name != "aliases"})


def _canonical(document: Mapping[str, Any]) -> str:
    return json.dumps(document, sort_keys=True, separators=(",", ":"))
