"""Where events go. A sink has ``send`` and ``close``; everything else is its own business."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # loaded below: a program needs one of them
    from aso.sinks.console import ConsoleSink
    from aso.sinks.contract import Sink
    from aso.sinks.ingest import IngestSink
    from aso.sinks.ledger import LedgerSink
    from aso.sinks.memory import MemorySink
    from aso.sinks.otlp import OtlpSink

_PLACES = {
    "ConsoleSink": "console",
    "IngestSink": "ingest",
    "LedgerSink": "ledger",
    "MemorySink": "memory",
    "OtlpSink": "otlp",
    "Sink": "contract",
}


def __getattr__(name: str) -> object:
    """Load a sink when it is first named."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = globals()[name] = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    return found


__all__ = ["ConsoleSink", "IngestSink", "LedgerSink", "MemorySink", "OtlpSink", "Sink"]
