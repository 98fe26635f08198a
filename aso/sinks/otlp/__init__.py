"""Events to any OpenTelemetry Collector or backend, as spans, metrics and logs.

Names, settings and limits: docs/otlp.md. OpenTelemetry is imported when a sink is made, and not before.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Literal

from aso.environment import from_environment
from aso.guard import say
from aso.records import Event
from aso.sinks.aside import Aside, SetsAside
from aso.sinks.otlp.settings import checked, expect_installed

if TYPE_CHECKING:  # loaded when something is sent
    from aso.sinks.otlp.stream import Stream

__all__ = ["OtlpSink"]

_LEFT_OUT = (
    "aso.otlp: {} are not sent: the program has an OpenTelemetry provider for other signals and none "
    "for these; set one up, or set OTEL_EXPORTER_OTLP_ENDPOINT"
)
_DISABLED = "aso.otlp: OTEL_SDK_DISABLED is set: events are taken, and none is sent"


class OtlpSink(SetsAside):
    """Ships events by OTLP, http/protobuf or gRPC.

    Args:
        endpoint: the receiver's URL, e.g. ``http://localhost:4318`` (the signals' paths are
            added), or ``http://localhost:4317`` for gRPC. None: through the program's own
            OpenTelemetry providers where it has set some up, else as ``OTEL_EXPORTER_OTLP_*`` say.
        protocol: ``http/protobuf`` or ``grpc``; without an endpoint,
            ``OTEL_EXPORTER_OTLP_PROTOCOL=grpc`` stands for the default.
        signals: of ``spans``, ``metrics``, ``logs``.
        semconv: the GenAI conventions' version: ``1.41``, or ``latest``; never both.
        options: ``headers`` (a mapping), ``timeout_s`` of a request, retries inside it included
            (else ``OTEL_EXPORTER_OTLP_TIMEOUT``, else 10), ``metric_dimensions``: keys of dimensions
            that become attributes of the cost and call metrics (none), ``usage``: whether tokens
            and durations are told: ``auto``: not of a call that another GenAI instrumentation's
            span tells; ``always``; ``never``.

    Attributes:
        set_aside: events that the receiver will not take, and that ``aso spool`` shows.
        dropped: of these, what could not be kept, or nobody said which.

    Raises:
        ConfigError: an argument is wrong, or OpenTelemetry's SDK is not installed.
    """

    def __init__(
        self,
        endpoint: str | None = None,
        *,
        protocol: Literal["http/protobuf", "grpc"] = "http/protobuf",
        signals: Sequence[Literal["spans", "metrics", "logs"]] = ("spans", "metrics"),
        semconv: Literal["1.41", "latest"] = "1.41",
        **options: Any,
    ) -> None:
        self._settings = checked(endpoint, protocol, signals, semconv, options)
        self.destination: str | None = self._settings.destination
        expect_installed(self._settings, ())
        from aso.sinks.otlp.instrumented import Told
        from aso.sinks.otlp.providers import Sender, is_users, sent_signals

        settings = self._settings
        expect_installed(
            settings, [one for one in sent_signals(settings) if not is_users(one, settings)]
        )
        self._told, self._sender = Told(self._settings.usage), Sender()
        self._open: list[Stream] = []
        self._pid = 0
        self._inherited: list[object] = []  # closing them is the parent's business
        self._said: dict[str, float] = {}
        self._aside = Aside("aso.otlp", self.destination or "otlp")

    def send(self, events: Sequence[Event]) -> None:
        """Ship a batch, signal by signal; what was taken is not sent again with the same batch.

        Raises:
            OtlpError: not all was taken; the same batch is to be sent again.
        """
        if (from_environment("OTEL_SDK_DISABLED") or "").strip().lower() == "true":
            say("disabled", _DISABLED, said=self._said)
            return
        self._told.watch()
        for stream in self._streams():
            stream.send(events)
        self._aside.forget()

    def close(self) -> None:
        """Flush and close what this process opened."""
        streams, self._open = self._open if self._pid == os.getpid() else [], []
        with ExitStack() as closing:
            for stream in streams:
                closing.callback(stream.close)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, OtlpSink) and self._settings == other._settings

    def __hash__(self) -> int:
        return hash(self.destination)

    def __repr__(self) -> str:
        return f"OtlpSink({self.destination!r})"

    def _streams(self) -> list[Stream]:
        """Return this process's; a forked child opens connections and counts of its own."""
        if self._pid != os.getpid():
            self._inherited.append(self._open)
            self._pid, self._open = os.getpid(), []
        if not self._open:
            self._open = self._opened()
        return self._open

    def _opened(self) -> list[Stream]:
        from aso.sinks.otlp.providers import sent_signals
        from aso.sinks.otlp.stream import open_stream

        settings, sender = self._settings, self._sender
        signals = sent_signals(settings)
        if left_out := [one for one in settings.signals if one not in signals]:
            say("left out", _LEFT_OUT.format(", ".join(left_out)), said=self._said)
        return [open_stream(one, settings, sender, self._told, self._aside) for one in signals]
