"""Bedrock's rows of one source: a region's price stands under the bare name, others under theirs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aso.pricing import cloud_names
from aso.pricing.build.rows import SourceRow

_FIRST = "us"  # whose price the bare name has, where several places are listed


def by_place(rows: Iterable[SourceRow]) -> Iterator[SourceRow]:
    """Yield the rows; of several places with the same price, one.

    A name without a place is a region's, so where regions are listed, they say what that costs. A
    place that differs from it keeps a row of its own.
    """
    regional: dict[str, list[tuple[int, SourceRow]]] = {}
    for row in rows:
        place, base = cloud_names.place_of(row.model)
        if cloud_names.has_own_list(place):
            yield row
        else:
            rank = 0 if place == _FIRST else 1 if place else 2
            regional.setdefault(base, []).append((rank, row))
    for base, found in sorted(regional.items()):
        (_, first), *more = sorted(found, key=lambda one: (one[0], one[1].model))
        for rank, row in more:
            if rank == 1 and row.current() != first.current():
                yield row
        first.model, first.aliases = base, {base}
        yield first
