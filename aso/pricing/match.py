"""A model's name → its row: exact id, alias, then anchored forms. There is no prefix catch-all."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from aso.pricing import cloud_names
from aso.pricing.catalog import Catalog, Row

# A version's date, or Google's number of a stable version (ai.google.dev/gemini-api/docs/models).
_DATE = re.compile(r"[-@](?:\d{4}-\d{2}-\d{2}|\d{8}|00\d)$")
_FINE_TUNED = re.compile(r"ft:(?P<base>[^:]+):.*")
# What may stand in front of a model's own name, beside the provider's: anything else is another
# account's model, or another maker's.
_FRONTS: Mapping[str, tuple[str, ...]] = {
    "google": ("models/", "gemini/"),
    "xai": ("x-ai/",),
    "zai": ("z-ai/", "zai-org/"),
    "mistral": ("mistralai/",),
    "fireworks": ("accounts/fireworks/models/", "accounts/fireworks/routers/", "fireworks_ai/"),
    "azure": ("azure_ai/",),
}


@lru_cache(maxsize=1024)
def match(catalog: Catalog, provider: str, model: str) -> Row | None:
    """Return the row that prices a model; None: nothing is known of it, or sources differ.

    A fine-tuned model (``ft:BASE:...``) matches the fine-tuned price of its base, never the base's
    own. A dated name matches its undated model; ``provider/model`` matches ``model``. A name that
    sources differ on matches nothing wider.
    """
    if (row := catalog.row(provider, model)) is not None:
        return row
    for name in names(provider, model):
        if (row := catalog.row(provider, name)) is not None:
            return row
        if catalog.dispute(provider, name) is not None:
            return None
    return None


def dispute(catalog: Catalog, provider: str, model: str) -> str | None:
    """Return why a model that has no row has none, though a source lists it (`Catalog.dispute`)."""
    found = (catalog.dispute(provider, name) for name in (model, *names(provider, model)))
    return next((reason for reason in found if reason is not None), None)


def names(provider: str, model: str) -> Iterator[str]:
    """Yield the names that a model's price may stand under, the narrowest first."""
    return _NAMES.get(provider, _names)(provider, model.strip().lower())


def _names(provider: str, model: str) -> Iterator[str]:
    if (tuned := _FINE_TUNED.fullmatch(model)) is not None:
        base = tuned["base"]
        yield f"ft:{base}"
        yield f"ft:{_DATE.sub('', base)}"
        return
    yield model
    yield _DATE.sub("", model)
    own = model
    for front in (f"{provider}/", *_FRONTS.get(provider, ())):
        own = own.removeprefix(front)
    if own != model:
        yield own
        yield _DATE.sub("", own)


def _bedrock(provider: str, model: str) -> Iterator[str]:
    """Yield the place's own name, then the regions' common one."""
    del provider
    name = cloud_names.bedrock(model)
    yield name
    place, base = cloud_names.place_of(name)
    if place and not cloud_names.has_own_list(place):
        yield base


def _vertex(provider: str, model: str) -> Iterator[str]:
    name = cloud_names.vertex(model)
    yield name
    yield from _names(provider, name)


_NAMES: Mapping[str, Callable[[str, str], Iterator[str]]] = {
    "bedrock": _bedrock,
    "vertex": _vertex,
}
