"""litellm's price file (MIT): per-token floats, read from its wheel as JSON; its code is not run."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from aso.pricing import cloud_names
from aso.pricing.build import litellm_fields
from aso.pricing.build.names import ours
from aso.pricing.build.places import by_place
from aso.pricing.build.rows import MILLION, SourceRow

_NAME = "litellm"
_FILE = "litellm/model_prices_and_context_window_backup.json"
_PROVIDERS = ours("litellm")
_VERTEX = "vertex_ai"
_ROUTES = {"fireworks": r"(?:fireworks_ai/)?(?:accounts/fireworks/(?:models|routers)/)?"}
# Azure's places, sizes and qualities in front of a name, which no answer has.
_PLACES = re.compile(r"(?:eu|us|us-gov|apac|global|global-standard|standard|hd|high|medium|low)/")
_ZONES = re.compile(r"azure/(?P<zone>eu|us)/(?P<model>.+)")
# Fireworks prices what it does not list by its size, in these steps (fireworks.ai/pricing): a rate
# that is one of them, the same for input and output, is a guess from the size.
_BUCKETS = {"0.1", "0.2", "0.5", "0.9", "1.2"}


def load(wheel: Path) -> list[SourceRow]:
    """Return every row of the providers that we price."""
    document = json.loads(zipfile.ZipFile(wheel).read(_FILE))
    rows = [
        row
        for key, fields in sorted(document.items())
        if (provider := _provider(fields)) is not None
        if (row := _row(provider, key, fields)) is not None
    ]
    _data_zones(rows, document)
    others = [row for row in rows if row.provider != "bedrock"]
    return others + list(by_place(row for row in rows if row.provider == "bedrock"))


def listed(wheel: Path) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Yield provider, model and fields of all that the file lists, priced or not."""
    document = json.loads(zipfile.ZipFile(wheel).read(_FILE))
    for key, fields in sorted(document.items()):
        provider = _provider(fields)
        if provider is not None:
            yield provider, _plain(key, fields["litellm_provider"]), fields


def _provider(fields: Mapping[str, Any]) -> str | None:
    said = fields.get("litellm_provider", "")
    return "vertex" if said.startswith(_VERTEX) else _PROVIDERS.get(said)


def _row(provider: str, key: str, fields: dict[str, Any]) -> SourceRow | None:
    name = _name(provider, key, fields["litellm_provider"])
    entries = [] if name is None else litellm_fields.entries(fields)
    if name is None or not entries or not entries[0].rates:
        return None
    undated = re.sub(r"-\d{4}-\d{2}-\d{2}$", "", name) if name.startswith("ft:") else name
    multipliers = litellm_fields.multipliers(fields)
    row = SourceRow(_NAME, provider, name, {name, undated}, entries, multipliers)
    row.is_guess = provider == "fireworks" and _is_by_size(row)
    return row


def _is_by_size(row: SourceRow) -> bool:
    rates = row.current()
    given, back = rates.get("input_tokens"), rates.get("output_tokens")
    if given is None or given != back or str(given[0]) not in _BUCKETS:
        return False
    cached = rates.get("cache_read_tokens", (given[0] / 2, MILLION))
    return cached[0] * 2 == given[0]  # half, the default


def _plain(key: str, said: str) -> str:
    """Return the key without the provider in front, as ``vertex_ai-language-models`` writes it."""
    return key.removeprefix(f"{said.partition('-')[0]}/")


def _name(provider: str, key: str, said: str) -> str | None:
    """Return our name for a row; None: it is a region's, a size's or a commitment's."""
    if provider == "bedrock":
        key = key.removeprefix("bedrock_mantle/").removeprefix("bedrock/")
        return None if "/" in key else cloud_names.bedrock(key)
    if provider == "vertex":
        return cloud_names.vertex(key)
    name = _plain(key, said)
    is_of_others = name == key and "/" in key and not key.startswith("ft:")
    if is_of_others or (provider == "azure" and _PLACES.match(name)):
        return None
    return re.sub(f"^{_ROUTES.get(provider, '')}", "", name.lower())


def _data_zones(rows: Iterable[SourceRow], document: Mapping[str, Any]) -> None:
    """Azure's data zones are the global price times a factor, where all of its rates say the same."""
    azures = [row for row in rows if row.provider == "azure"]
    for key, fields in document.items():
        if (zone := _ZONES.fullmatch(key)) is None:
            continue
        dearer = litellm_fields.entries(fields)[0].rates
        for row in azures:
            factor = litellm_fields.factor(row.current(), dearer)
            if row.model == zone["model"].lower() and factor is not None:
                row.multipliers.setdefault("data_residency", {})[zone["zone"]] = factor
