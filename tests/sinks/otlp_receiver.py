"""OTLP receivers on this machine, HTTP and gRPC, that read what comes with opentelemetry-proto.

What was sent is kept as plain values: ``spans``, ``points`` (of metrics), ``logs``.
"""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1 import logs_service_pb2, logs_service_pb2_grpc
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2, metrics_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc

_REQUESTS = {
    "/v1/traces": trace_service_pb2.ExportTraceServiceRequest,
    "/v1/metrics": metrics_service_pb2.ExportMetricsServiceRequest,
    "/v1/logs": logs_service_pb2.ExportLogsServiceRequest,
}
_SERVICES = {
    "/v1/traces": (trace_service_pb2_grpc, "TraceService"),
    "/v1/metrics": (metrics_service_pb2_grpc, "MetricsService"),
    "/v1/logs": (logs_service_pb2_grpc, "LogsService"),
}
_RESPONSES = {
    "/v1/traces": trace_service_pb2.ExportTraceServiceResponse,
    "/v1/metrics": metrics_service_pb2.ExportMetricsServiceResponse,
    "/v1/logs": logs_service_pb2.ExportLogsServiceResponse,
}


_STATUSES = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    404: grpc.StatusCode.UNIMPLEMENTED,
    503: grpc.StatusCode.UNAVAILABLE,
}
_WHY = "a span cannot be read"


class Receiver:
    """``refused``: paths that answer 503 (UNAVAILABLE), as does more than ``most_bytes``.

    ``answers``: path → status; ``bad``: ids of events that get their request a 400
    (INVALID_ARGUMENT), with the reason; ``rejects``: so many of each request that is taken were
    not, as its partial success says.
    """

    url: str

    def __init__(self) -> None:
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.refused: set[str] = set()
        self.most_bytes = 1 << 30
        self.answers: dict[str, int] = {}
        self.bad: set[str] = set()
        self.rejects = 0
        self.page = b""  # what comes instead of a message, by HTTP
        self.raw = b""
        self.spans: list[dict[str, Any]] = []
        self.points: list[dict[str, Any]] = []
        self.logs: list[dict[str, Any]] = []

    def __enter__(self) -> Receiver:
        return self

    def take(self, path: str, headers: dict[str, str], data: bytes) -> int:
        """Keep a request, or not; return the status of its answer."""
        self.requests.append((path, headers))
        if path in self.refused or len(data) > self.most_bytes:
            return 503
        if path in self.answers or any(one.encode() in data for one in self.bad):
            return self.answers.get(path, 400)
        self.raw += data
        request = _REQUESTS[path].FromString(data)
        self.spans += [
            one for part in getattr(request, "resource_spans", ()) for one in spans(part)
        ]
        self.logs += [one for part in getattr(request, "resource_logs", ()) for one in logs(part)]
        for part in getattr(request, "resource_metrics", ()):
            self.points += points(part)
        return 200

    def answer(self, path: str) -> Any:
        """Return the message of a request that was taken."""
        found = _RESPONSES[path]()
        if self.rejects:
            [field] = [one for one in found.partial_success.DESCRIPTOR.fields if one.number == 1]
            setattr(found.partial_success, field.name, self.rejects)
            found.partial_success.error_message = _WHY
        return found

    def latest(self, name: str) -> list[dict[str, Any]]:
        """Return the last point of each series of a metric: cumulative ones hold all before."""
        found = {
            str(sorted(point["attributes"].items())): point
            for point in self.points
            if point["name"] == name
        }
        return [{**point, "name": None} for point in found.values()]


class HttpReceiver(Receiver):
    """OTLP/HTTP with binary protobuf."""

    def __init__(self) -> None:
        super().__init__()
        outer = self

        class Handler(_Handler):
            receiver = outer

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    receiver: Receiver

    def do_POST(self) -> None:
        data = self.rfile.read(int(self.headers["content-length"]))
        if self.headers.get("content-encoding") == "gzip":
            data = gzip.decompress(data)
        headers = {name.lower(): value for name, value in self.headers.items()}
        status = self.receiver.take(self.path, headers, data)
        is_taken = status == 200
        said = self.receiver.answer(self.path) if is_taken else Status(code=3, message=_WHY)
        body = self.receiver.page or said.SerializeToString()
        self.send_response(status)
        self.send_header("content-type", "application/x-protobuf")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class GrpcReceiver(Receiver):
    """OTLP/gRPC."""

    def __init__(self) -> None:
        super().__init__()
        self._server = grpc.server(ThreadPoolExecutor(2))
        for path, (module, service) in _SERVICES.items():
            servicer = type(service, (), {"Export": _taker(self, path)})()
            getattr(module, f"add_{service}Servicer_to_server")(servicer, self._server)
        self.url = f"http://127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def __exit__(self, *exc: object) -> None:
        self._server.stop(None).wait()


def _taker(receiver: Receiver, path: str) -> Any:
    def export(_: Any, request: Any, context: Any) -> Any:
        headers = dict(context.invocation_metadata())
        status = receiver.take(path, headers, request.SerializeToString())
        if status != 200:
            context.abort(_STATUSES[status], _WHY)
        return receiver.answer(path)

    return export


def spans(part: Any) -> Iterable[dict[str, Any]]:
    resource = attributes_of(part.resource)
    for scoped in part.scope_spans:
        for span in scoped.spans:
            yield {
                "name": span.name,
                "kind": span.kind,
                "trace_id": span.trace_id.hex(),
                "span_id": span.span_id.hex(),
                "parent": span.parent_span_id.hex() or None,
                "start_ns": span.start_time_unix_nano,
                "end_ns": span.end_time_unix_nano,
                "status": span.status.code,
                "attributes": attributes_of(span),
                "scope": (scoped.scope.name, scoped.schema_url),
                "resource": resource,
            }


def points(part: Any) -> Iterable[dict[str, Any]]:
    for scoped in part.scope_metrics:
        for metric in scoped.metrics:
            kind = metric.WhichOneof("data")
            for point in getattr(metric, kind).data_points:
                yield {
                    "name": metric.name,
                    "unit": metric.unit,
                    "kind": kind,
                    "attributes": attributes_of(point),
                    "value": (point.count, point.sum) if kind == "histogram" else value_of(point),
                    "bounds": tuple(getattr(point, "explicit_bounds", ())),
                }


def value_of(point: Any) -> int | float:
    return point.as_double if point.HasField("as_double") else point.as_int


def logs(part: Any) -> Iterable[dict[str, Any]]:
    for scoped in part.scope_logs:
        for log in scoped.log_records:
            yield {
                "event_name": log.event_name,
                "time_ns": log.time_unix_nano,
                "severity": log.severity_text,
                "body": log.body.string_value,
                "trace_id": log.trace_id.hex(),
                "span_id": log.span_id.hex(),
                "attributes": attributes_of(log),
            }


def attributes_of(holder: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in holder.attributes}
