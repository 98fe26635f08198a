"""Where events go. A sink has ``send`` and ``close``; everything else is its own business."""

from __future__ import annotations

from aso.sinks.console import ConsoleSink
from aso.sinks.contract import Sink
from aso.sinks.ingest import IngestSink
from aso.sinks.ledger import LedgerSink
from aso.sinks.memory import MemorySink

__all__ = ["ConsoleSink", "IngestSink", "LedgerSink", "MemorySink", "Sink"]
