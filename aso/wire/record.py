"""What ``aso.record()`` writes: the event's own names, and any other unit by its name."""

from __future__ import annotations

from typing import Any

from aso.semconv import TOKEN_FIELDS
from aso.usage import Counters
from aso.wire import embeddings

_PATHS: dict[str, Any] = {key: (name,) for key, name in TOKEN_FIELDS.items()}

SHAPE = embeddings.SHAPE._replace(
    name="record",
    counters=Counters(
        **_PATHS,
        web_search_requests=("web_search_requests",),
        total_tokens=("total_tokens",),
        takes_other_units=True,
    ),
)
