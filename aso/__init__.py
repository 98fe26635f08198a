"""aso: exact, durable accounting of AI spend, inside the process that spends.

    import aso
    aso.instrument()

Every call that the program makes to an AI provider is captured, priced, tagged, checked against
policy and delivered; nothing about the call changes. See README.md and docs/.
"""

from __future__ import annotations

from importlib import import_module as _import_module
from typing import TYPE_CHECKING as _TYPE_CHECKING

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
from aso.recording import record
from aso.records import Cost, Event, Usage
from aso.runtime import (
    Instrumentation,
    flush,
    instrument,
    shutdown,
    stats,
    uninstrument,
)
from aso.session import Stats
from aso.version import __version__

if _TYPE_CHECKING:  # loaded below
    from aso.policy import Policy
    from aso.propagation import propagate
    from aso.sinks import Sink

_PLACES = {"Policy": "policy", "Sink": "sinks", "propagate": "propagation"}
_MODULES = frozenset({"policy", "pricing", "sinks", "testing"})


def __getattr__(name: str) -> object:
    """Load what many programs never name when it is first named."""
    if name in _PLACES:
        return getattr(_import_module(f"aso.{_PLACES[name]}"), name)
    if name in _MODULES:
        return _import_module(f"aso.{name}")
    raise AttributeError(f"module 'aso' has no attribute {name!r}")


def __dir__() -> list[str]:
    """Return what can be named, loaded or not."""
    return sorted({*globals(), *_PLACES, *_MODULES})


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
    "propagate",
    "record",
    "shutdown",
    "stats",
    "track",
    "uninstrument",
]
