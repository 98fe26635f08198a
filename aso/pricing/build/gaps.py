"""What current sources list and the catalog cannot price, each with its reason."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import NamedTuple

from aso.pricing.build import genai_prices_source, litellm_source
from aso.pricing.catalog import Catalog
from aso.pricing.match import dispute, match

# Whose models the promise is about.
FOURTEEN = (
    *("openai", "anthropic", "google", "openrouter", "xai", "groq", "deepinfra", "novita"),
    *("fireworks", "perplexity", "cerebras", "mistral", "deepseek", "nebius"),
)
# A size or a quality in front of a model's name: one list writes prices of images so.
_SIZE = re.compile(r"(?:(?:hd|standard|low|medium|high|auto)/)?(?:\d+-x-\d+|max)/(?P<model>.+)")


class Gap(NamedTuple):
    """A model that a source lists and that has no price, and why."""

    provider: str
    model: str
    reason: str


class Gaps(NamedTuple):
    """How many models are listed, by provider, and those without a price."""

    listed: Counter[str]
    missing: list[Gap]

    @property
    def share(self) -> float:
        """Return how much of what is listed has no price, from 0 to 1."""
        return len(self.missing) / self.listed.total()


def gaps(catalog: Catalog, wheels: Mapping[str, Path], day: str) -> Gaps:
    """Measure the catalog against the two lists that are kept most current.

    Args:
        catalog: what is measured.
        wheels: the path of each pinned source.
        day: what has a price on this day counts (ISO 8601).
    """
    at = datetime.fromisoformat(day).replace(tzinfo=timezone.utc)
    names = sorted(set(_listed(wheels)))
    missing = [
        Gap(provider, model, reason)
        for provider, model, is_priced in names
        if (reason := _reason(catalog, provider, model, at, is_priced=is_priced)) is not None
    ]
    return Gaps(Counter(provider for provider, *_ in names), missing)


def report(found: Gaps) -> Iterator[str]:
    """Yield the report's lines."""
    for provider in FOURTEEN:
        missing = [gap for gap in found.missing if gap.provider == provider]
        yield f"{provider:12}{found.listed[provider]:6} listed{len(missing):4} without a price"
    for gap in found.missing:
        yield f"  {gap.provider}:{gap.model}  {gap.reason}"
    total, missing = found.listed.total(), len(found.missing)
    yield f"{missing} of {total} models without a price, {found.share:.2%}"


def _listed(wheels: Mapping[str, Path]) -> Iterable[tuple[str, str, bool]]:
    """Yield provider, model and whether the source itself has a price."""
    priced: dict[tuple[str, str], bool] = {}
    for provider, key, fields in litellm_source.listed(wheels["litellm"]):
        size = _SIZE.fullmatch(key)
        model = key if size is None else size["model"]
        is_priced = any("cost" in name and value for name, value in fields.items())
        if provider in FOURTEEN:
            priced[provider, model] = priced.get((provider, model), False) or is_priced
    for provider, model, is_priced in genai_prices_source.listed(wheels["genai-prices"]):
        if provider in FOURTEEN:
            priced[provider, model] = priced.get((provider, model), False) or is_priced
    return [(*key, is_priced) for key, is_priced in priced.items()]


def _reason(
    catalog: Catalog, provider: str, model: str, at: datetime, *, is_priced: bool
) -> str | None:
    """Return why a model has no price; None: it has one."""
    row = match(catalog, provider, model)
    if row is not None:
        return None if row.price(at) is not None else "retired: it had a price until it was"
    if (why := dispute(catalog, provider, model)) is not None:
        return why
    return "by a unit or a size that no answer says" if is_priced else "listed without a price"
