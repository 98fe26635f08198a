"""The catalog against each list that it is made from: where they say something else today."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from aso.pricing.build.gaps import FOURTEEN
from aso.pricing.build.rows import SourceRow
from aso.pricing.catalog import Catalog
from aso.pricing.match import match
from aso.semconv import decimal_text

COMPARED = ("input_tokens", "output_tokens", "cache_read_tokens", "audio_seconds")
_ROUNDED = Decimal("0.0005")  # one list rounds what another gives by the hour


class Difference(NamedTuple):
    """A model whose price in a list is not ours."""

    source: str
    model: str  # provider:model
    said: str

    def __str__(self) -> str:
        """Return the line that the list of known differences has."""
        return f"{self.source} {self.model} {self.said}"


def differences(
    catalog: Catalog, sources: Sequence[Sequence[SourceRow]], at: datetime
) -> Iterator[Difference]:
    """Yield each standard rate of the 14 providers and z.ai that a list gives otherwise."""
    day = at.date().isoformat()
    for rows in sources:
        for row in rows:
            if row.provider in FOURTEEN or row.provider == "zai":
                said = _said(catalog, row, at, day)
                if said:
                    name = f"{row.provider}:{row.model}"
                    yield Difference(row.source, name, ", ".join(said))


def _said(catalog: Catalog, row: SourceRow, at: datetime, day: str) -> list[str]:
    ours = match(catalog, row.provider, row.model)
    price = None if ours is None else ours.price(at)
    if price is None:
        return []  # what has no price is in the report of gaps
    found: list[str] = []
    theirs = row.current(day)
    for unit in COMPARED:
        if unit not in theirs or unit not in price.rates:
            continue
        rate = price.rates[unit]
        mine, their = rate.amount / rate.per, theirs[unit][0] / theirs[unit][1]
        if abs(mine - their) > _ROUNDED * mine:
            listed = their * rate.per
            found.append(f"{unit} {decimal_text(listed)}, ours {decimal_text(rate.amount)}")
    return found
