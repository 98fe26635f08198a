"""A model's name → its row: exact id, alias, then anchored forms. There is no prefix catch-all."""

from __future__ import annotations

import re
from collections.abc import Iterator

from aso.pricing.catalog import Catalog, Row

# A version's date, or Google's number of a stable version (ai.google.dev/gemini-api/docs/models).
_DATE = re.compile(r"[-@](?:\d{4}-\d{2}-\d{2}|\d{8}|00\d)$")
_FINE_TUNED = re.compile(r"ft:(?P<base>[^:]+):.*")


def match(catalog: Catalog, provider: str, model: str) -> Row | None:
    """Return the row that prices a model; None: nothing is known of it.

    A fine-tuned model (``ft:BASE:...``) matches the fine-tuned price of its base, never the base's
    own. A dated name matches its undated model; ``vendor/model`` matches ``model``.
    """
    if (row := catalog.row(provider, model)) is not None:
        return row
    for name in _names(model.strip().lower().removeprefix("models/")):
        if (row := catalog.row(provider, name)) is not None:
            return row
    return None


def _names(model: str) -> Iterator[str]:
    if (tuned := _FINE_TUNED.fullmatch(model)) is not None:
        base = tuned["base"]
        yield f"ft:{base}"
        yield f"ft:{_DATE.sub('', base)}"
        return
    yield model
    yield _DATE.sub("", model)
    if "/" in model:
        own = model.rpartition("/")[2]
        yield own
        yield _DATE.sub("", own)
