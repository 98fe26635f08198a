"""What a receiver answered, and what follows: opentelemetry-proto, docs/specification.md, "Failures".

Read 2026-11-26. OpenTelemetry's exporters say only that it failed, so their HTTP session and gRPC
stub are listened to. By the specification whatever is not retryable must be dropped; here nothing
is that the receiver does not blame on the events themselves: it stays in the journal.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any, NamedTuple

from aso.environment import from_environment
from aso.semconv import printable
from aso.sinks.not_taken import NotTakenError
from aso.sinks.otlp.settings import Signal

# HTTP, and gRPC by its number (google.rpc.Code): INVALID_ARGUMENT; UNAUTHENTICATED,
# PERMISSION_DENIED; NOT_FOUND, UNIMPLEMENTED.
_OF_EVENTS = frozenset({400, 413, 422, 3})
_NO_ENTRY = frozenset({401, 403, 16, 7})
_NOBODY = frozenset({404, 405, 5, 12})
_NO_ENTRY_PAUSE_S = 900.0
_SHOWN = 120
_CREDENTIALS = "OTEL_PYTHON_EXPORTER_OTLP_HTTP_{}CREDENTIAL_PROVIDER"
_VARIABLES: dict[Signal, str] = {"spans": "TRACES_", "metrics": "METRICS_", "logs": "LOGS_"}
_RESPONSES: dict[Signal, tuple[str, str]] = {
    "spans": ("trace", "ExportTraceServiceResponse"),
    "metrics": ("metrics", "ExportMetricsServiceResponse"),
    "logs": ("logs", "ExportLogsServiceResponse"),
}


class OtlpError(NotTakenError):
    """A batch was not taken: it is to be sent again."""


class OtlpRefusedError(OtlpError):
    """A request was not taken for what is in it: it never will be.

    Attributes:
        status: the answer's, of HTTP or of gRPC.
        reason: what the receiver says, safe to print.
    """

    def __init__(self, message: str, *, status: int, reason: str) -> None:
        super().__init__(message, cause="refused")
        self.status, self.reason = status, reason


class Answer(NamedTuple):
    """``status`` 0: nothing was heard. ``rejected``: items of a request that was taken."""

    status: int = 0
    reason: str = ""
    rejected: int = 0


class Heard:
    """Listens to what one signal's receiver says."""

    def __init__(self, signal: Signal) -> None:
        self.answer = Answer()
        self._signal: Signal = signal

    def session(self) -> Any:
        """Return an HTTP session that tells us; None: the exporter gets one elsewhere."""
        names = (_CREDENTIALS.format(part) for part in ("", _VARIABLES[self._signal]))
        if any(map(from_environment, names)):
            return None
        session: Any = import_module("requests").Session()
        session.hooks["response"].append(self._http)
        return session

    def listen(self, exporter: Any) -> None:
        """Forget what was said; have a gRPC exporter, which has a new stub now and then, tell us."""
        self.answer = Answer()
        stub: Any = getattr(exporter, "_client", None)
        if hasattr(stub, "Export") and not isinstance(stub, _Stub):
            exporter._client = _Stub(stub, self)  # noqa: SLF001 — it has no other name

    def took(self, response: Any) -> None:
        """Note the message of a request that was taken."""
        partial = response.partial_success
        [rejected, *_] = [value for field, value in partial.ListFields() if field.number == 1] or [
            0
        ]
        self.answer = Answer(0, _shown(partial.error_message), rejected)

    def failed(self, status: int, reason: str) -> None:
        """Note an answer that is an error."""
        self.answer = Answer(status, _shown(reason))

    def _http(self, response: Any, *_: Any, **__: Any) -> None:
        folder, name = _RESPONSES[self._signal]
        module = f"opentelemetry.proto.collector.{folder}.v1.{folder}_service_pb2"
        if not response.ok:
            self.failed(response.status_code, response.reason)
            module, name = "google.rpc.status_pb2", "Status"
        try:
            message: Any = getattr(import_module(module), name).FromString(response.content)
        except import_module("google.protobuf.message").DecodeError:
            return  # a text, or a page of a proxy's
        if response.ok:
            self.took(message)
        else:
            self.failed(response.status_code, message.message or response.reason)


class _Stub:
    """Stands before a gRPC stub."""

    def __init__(self, stub: Any, heard: Heard) -> None:
        self._stub: Any = stub
        self._heard = heard

    def Export(self, **request: Any) -> Any:  # noqa: N802 — the stub's name
        """Do what it does, and note what comes of it."""
        try:
            response = self._stub.Export(**request)
        except import_module("grpc").RpcError as error:
            self._heard.failed(error.code().value[0], error.details() or "")
            raise
        self._heard.took(response)
        return response


def error_of(signal: Signal, answer: Answer) -> OtlpError:
    """Return what to raise where a request was not taken."""
    said = f"the OTLP endpoint did not take {signal}"
    if answer.status:
        said += f" ({answer.status}: {answer.reason or 'no reason given'})"
    if answer.status in _OF_EVENTS:
        return OtlpRefusedError(said, status=answer.status, reason=answer.reason)
    if answer.status in _NO_ENTRY:
        return OtlpError(
            f"{said}: it does not let us in; are the headers (OTEL_EXPORTER_OTLP_HEADERS) right? The "
            f"events are kept, and sending stops for {_NO_ENTRY_PAUSE_S / 60:.0f} minutes",
            cause=str(answer.status),
            retry_after_s=_NO_ENTRY_PAUSE_S,
        )
    if answer.status in _NOBODY:
        said += f": it takes no {signal} there; is the path right, and signals= what it takes?"
    return OtlpError(
        f"{said}; the events are kept and sent again; OpenTelemetry's own log says more (logger "
        "opentelemetry.exporter)",
        cause=str(answer.status),
    )


def _shown(reason: str | None) -> str:
    return printable((reason or "")[:_SHOWN])
