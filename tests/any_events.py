"""Whatever an event can hold, for tests with hypothesis."""

from __future__ import annotations

from hypothesis import strategies as some

from aso.records import Cost, CostLine, Usage
from tests.events import event

_texts = some.text(some.characters(exclude_categories=["Cs"]), max_size=20)
_maybe = some.none() | _texts
_counts = some.none() | some.integers(min_value=0, max_value=2**70)
_money = some.decimals(min_value=-(10**12), max_value=10**12, places=24)
_quantities = some.integers(min_value=0, max_value=10**9) | some.decimals(
    min_value=0, max_value=10**6, places=3
)
_usages = some.builds(
    Usage,
    input_tokens=_counts,
    output_tokens=_counts,
    cache_read_input_tokens=_counts,
    web_search_requests=_counts,
    units=some.dictionaries(_texts, _quantities, max_size=3),
    source=some.sampled_from(["provider", "partial", "estimate", "none"]),
)
_lines = some.builds(
    CostLine,
    unit=_texts,
    quantity=_quantities,
    rate=_money,
    per=_quantities,
    multiplier=some.none() | _money,
    amount=_money,
    model=_maybe,
    provider=_texts,
    source=_texts,
)
_costs = some.builds(
    Cost,
    total=some.none() | _money,
    provider_cost=some.none() | _money,
    lines=some.lists(_lines, max_size=3),
    catalog_version=_maybe,
    notes=some.lists(_texts, max_size=2),
)
ANY_EVENTS = some.builds(
    event,
    some.integers(min_value=0, max_value=9),
    revision=some.integers(min_value=0, max_value=3),
    env=_maybe,
    function=_maybe,
    model=_maybe,
    stream=some.booleans(),
    http_status=some.none() | some.integers(min_value=100, max_value=599),
    first_byte_at_ms=some.none() | some.integers(min_value=0, max_value=2**41),
    dims=some.dictionaries(_texts, _texts, max_size=8),
    usage=_usages,
    cost=_costs,
)
