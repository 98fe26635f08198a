"""What OpenTelemetry the program itself has set up, and under which name a process of it sends."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

from aso.environment import from_environment
from aso.sinks.otlp.settings import Settings, Signal, said_endpoints

_INSTANCE = "service.instance.id"


def users_provider(signal: Signal) -> Any:
    """Return the program's own provider of OpenTelemetry's SDK; None: it has set none up."""
    found, kind = _PROVIDERS[signal]()
    # Logfire's stands in front of the SDK's (logfire/_internal/tracer.py, read 2026-11-26)
    found = getattr(found, "provider", found)
    return found if isinstance(found, kind) else None


def _loggers() -> tuple[Any, type]:
    from opentelemetry import _logs  # logs are off where nobody asks for them
    from opentelemetry.sdk._logs import LoggerProvider

    return _logs.get_logger_provider(), LoggerProvider


_PROVIDERS: Mapping[Signal, Callable[[], tuple[Any, type]]] = {
    "spans": lambda: (trace.get_tracer_provider(), TracerProvider),
    "metrics": lambda: (metrics.get_meter_provider(), MeterProvider),
    "logs": _loggers,
}


def is_users(signal: Signal, settings: Settings) -> bool:
    """Tell whether a signal goes through the program's own provider: an endpoint is for ours."""
    return settings.endpoint is None and users_provider(signal) is not None


def sent_signals(settings: Settings) -> list[Signal]:
    """Return the signals that lead anywhere.

    Where a program has set up some providers and nobody says an endpoint, the others would go to a
    receiver on this machine that is most likely not there, and none would ever be delivered.
    """
    theirs = [signal for signal in settings.signals if is_users(signal, settings)]
    return [
        signal
        for signal in settings.signals
        if not theirs or signal in theirs or said_endpoints(signal)
    ]


class Sender:
    """Who sends, where the program has no resource; made early, as at a program's end it cannot be.

    Each process is an instance: sums of two under one name would overwrite each other.
    """

    def __init__(self) -> None:
        self._made = Resource.create()
        self._pid = os.getpid()

    def resource(self) -> Resource:
        """Return the resource of this process; ``service.instance.id`` is the program's to say."""
        theirs = users_provider("spans")
        if theirs is not None:
            found: Resource = theirs.resource
            is_said = _INSTANCE in found.attributes
        else:
            found = self._made
            is_ours = os.getpid() == self._pid and _INSTANCE in found.attributes
            is_said = is_ours or _INSTANCE in (from_environment("OTEL_RESOURCE_ATTRIBUTES") or "")
        return found if is_said else found.merge(Resource({_INSTANCE: str(uuid4())}))
