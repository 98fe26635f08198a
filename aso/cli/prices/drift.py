"""``aso prices drift``: where what providers say a call cost and what the catalog says disagree.

Compared are calls whose usage is the provider's own, where both costs are known. A call by your own
key (OpenRouter) is not: there the provider says its fee, and the catalog the whole.
"""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from aso.cli.selection import NO_LEDGER, condition_of, open_ledger
from aso.pricing.money import difference, total
from aso.records import Event
from aso.report.table import aligned
from aso.semconv import counted, decimal_text, printable

_Key = tuple[str, str]


@dataclass(slots=True)
class Drift:
    """The calls of one model whose two costs are known: how many differ, and the sums in USD."""

    calls: int = 0
    differing: int = 0
    provider_cost: Decimal = field(default_factory=Decimal)
    calculated_cost: Decimal = field(default_factory=Decimal)

    def add(self, said: Decimal, ours: Decimal) -> None:
        """Add one call."""
        self.calls += 1
        self.differing += said != ours
        self.provider_cost = total((self.provider_cost, said))
        self.calculated_cost = total((self.calculated_cost, ours))

    @property
    def difference(self) -> Decimal:
        """Return the provider's sum less ours."""
        return difference(self.provider_cost, self.calculated_cost)

    def document(self) -> dict[str, Any]:
        """Return the numbers as JSON has them; decimals as strings."""
        return {
            "calls": self.calls,
            "differing": self.differing,
            "provider_cost": decimal_text(self.provider_cost),
            "calculated_cost": decimal_text(self.calculated_cost),
            "difference": decimal_text(self.difference),
        }


def drift(arguments: Namespace) -> int:
    """Print the models where anything differs, the widest first."""
    where, parameters = condition_of(arguments)
    with open_ledger(arguments) as ledger:
        found = (
            {}
            if ledger is None
            else _found(ledger.events(f"kind = 'call' AND {where}", parameters))
        )
    rows = sorted(found.items(), key=lambda one: (-abs(one[1].difference), one[0]))
    if arguments.format == "json":
        said = [{"provider": key[0], "model": key[1], **one.document()} for key, one in rows]
        print(json.dumps({"rows": said}, indent=2))
    elif ledger is None:
        print(NO_LEDGER)
    else:
        _show(rows)
    return 0


def _found(events: Iterable[Event]) -> dict[_Key, Drift]:
    found: dict[_Key, Drift] = {}
    for event in events:
        said, ours = event.cost.provider_cost, event.cost.calculated_cost
        if said is None or ours is None or event.cost.upstream_cost is not None:
            continue
        if event.usage.source == "provider":
            found.setdefault((event.provider, event.model or ""), Drift()).add(said, ours)
    return found


def _show(rows: list[tuple[_Key, Drift]]) -> None:
    calls = sum(one.calls for _, one in rows)
    if not calls:
        print("No call has both a cost that its provider said and one of the catalog.")
        return
    if differing := [(key, one) for key, one in rows if one.differing]:
        header = ["provider", "model", "calls", "differing", "provider's", "ours", "difference"]
        print("\n".join([*aligned(header, [_cells(*row) for row in differing], texts=2), ""]))
    count = sum(one.differing for _, one in rows)
    verb = "differs" if count == 1 else "differ"
    print(f"{count:,} of {counted(calls, 'call')} {verb}; USD, the provider's less ours")


def _cells(key: _Key, one: Drift) -> list[str]:
    said = one.document()
    sums = [said[name] for name in ("provider_cost", "calculated_cost", "difference")]
    return [key[0], printable(key[1]), f"{one.calls:,}", f"{one.differing:,}", *sums]
