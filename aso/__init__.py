"""aso: exact, durable accounting of AI spend, inside the process that spends.

    import aso
    aso.instrument()

Every call that the program makes to an AI provider is captured, priced, tagged, checked against
policy and delivered; nothing about the call changes. See README.md and docs/.
"""

from __future__ import annotations

from importlib import import_module as _import_module
from types import ModuleType as _ModuleType

from aso.dimensions import carry, dimensions, track
from aso.errors import (
    AsoError,
    BudgetExceededError,
    ConfigError,
    DimensionError,
    ModelNotAllowedError,
    PolicyError,
    ProviderNotAllowedError,
)
from aso.metering import meter
from aso.policy import Policy
from aso.recording import record
from aso.records import Cost, Event, Usage
from aso.runtime import (
    Instrumentation,
    Stats,
    flush,
    instrument,
    shutdown,
    stats,
    uninstrument,
)
from aso.sinks import Sink
from aso.version import __version__


def __getattr__(name: str) -> _ModuleType:
    """Load ``aso.pricing`` and ``aso.testing`` when they are first named."""
    if name in {"pricing", "testing"}:
        return _import_module(f"aso.{name}")
    raise AttributeError(f"module 'aso' has no attribute {name!r}")


__all__ = [
    "AsoError",
    "BudgetExceededError",
    "ConfigError",
    "Cost",
    "DimensionError",
    "Event",
    "Instrumentation",
    "ModelNotAllowedError",
    "Policy",
    "PolicyError",
    "ProviderNotAllowedError",
    "Sink",
    "Stats",
    "Usage",
    "__version__",
    "carry",
    "dimensions",
    "flush",
    "instrument",
    "meter",
    "record",
    "shutdown",
    "stats",
    "track",
    "uninstrument",
]
