"""OpenTelemetry's own exporters, and what one is given until the other side has taken it.

An exporter says SUCCESS or FAILURE, tries again within its time limit, and queues nothing: the
queue is the journal, so a failure is raised for the shipper to come back with the same events.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from typing import Any

from opentelemetry.context import (
    _SUPPRESS_INSTRUMENTATION_KEY,  # pyright: ignore[reportPrivateUsage]
    attach,
    detach,
    set_value,
)

from aso.sinks.otlp.answers import Heard, error_of
from aso.sinks.otlp.settings import EXPORTERS, PATHS, Settings, Signal


def exporter_for(signal: Signal, settings: Settings, heard: Heard) -> Any:
    """Return the exporter; what the settings leave out it takes from ``OTEL_EXPORTER_OTLP_*``."""
    module, name = EXPORTERS[settings.protocol][signal]
    options: dict[str, Any] = {}
    if settings.endpoint is not None:
        path = f"/{PATHS[signal]}" if settings.protocol == "http/protobuf" else ""
        options["endpoint"] = settings.endpoint.rstrip("/") + path
    if settings.headers:
        options["headers"] = {key.lower(): value for key, value in settings.headers.items()}
    if settings.timeout_s is not None:
        options["timeout"] = settings.timeout_s
    if settings.protocol == "http/protobuf" and (session := heard.session()) is not None:
        options["session"] = session
    return getattr(import_module(module), name)(**options)


class Held:
    """Stands where a processor expects an exporter, and keeps what it is given until ``flush``."""

    def __init__(self, exporter: Any, signal: Signal, heard: Heard) -> None:
        self.exporter = exporter
        self._signal: Signal = signal
        self._heard = heard
        self._items: list[Any] = []

    def export(self, items: Sequence[Any]) -> None:
        """Keep the items."""
        self._items.extend(items)

    def flush(self) -> None:
        """Send what is kept, or let go of it: who sends again makes it again, with the same ids.

        Raises:
            OtlpError: it was not taken.
        """
        items, self._items = self._items, []
        if items:
            send(self.exporter, items, self._signal, self._heard)

    def shutdown(self) -> None:
        """Close the exporter."""
        self.exporter.shutdown()


def send(exporter: Any, items: Any, signal: Signal, heard: Heard) -> None:
    """Export at once, unseen by any OpenTelemetry instrumentation of the HTTP or gRPC client.

    Raises:
        OtlpError: the other side did not take it.
    """
    heard.listen(exporter)
    token = attach(set_value(_SUPPRESS_INSTRUMENTATION_KEY, value=True))
    try:
        result = exporter.export(items)
    finally:
        detach(token)
    if result.name != "SUCCESS":
        raise error_of(signal, heard.answer)
