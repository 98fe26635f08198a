"""What an OtlpSink was asked for, checked; and what it needs installed. Imports no OpenTelemetry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import Any, Literal, NamedTuple, cast

from aso.credentials import checked_endpoint
from aso.environment import from_environment
from aso.errors import ConfigError
from aso.sinks.otlp.conventions import CONVENTIONS

Signal = Literal["spans", "metrics", "logs"]
Protocol = Literal["http/protobuf", "grpc"]

SCOPE = "aso"  # the instrumentation's name
PATHS: Mapping[Signal, str] = {"spans": "v1/traces", "metrics": "v1/metrics", "logs": "v1/logs"}
_VARIABLES: Mapping[Signal, str] = {"spans": "TRACES", "metrics": "METRICS", "logs": "LOGS"}
_HTTP, _GRPC = "opentelemetry.exporter.otlp.proto.http.", "opentelemetry.exporter.otlp.proto.grpc."
EXPORTERS: Mapping[str, Mapping[Signal, tuple[str, str]]] = {
    protocol: {
        "spans": (f"{package}trace_exporter", "OTLPSpanExporter"),
        "metrics": (f"{package}metric_exporter", "OTLPMetricExporter"),
        "logs": (f"{package}_log_exporter", "OTLPLogExporter"),
    }
    for protocol, package in (("http/protobuf", _HTTP), ("grpc", _GRPC))
}
_USAGES = ("auto", "always", "never")
_OPTIONS = ("headers", "timeout_s", "metric_dimensions", "usage")
_MISSING = (
    "OtlpSink needs OpenTelemetry's SDK and its OTLP exporters ({name} is missing): "
    "pip install 'aispendops[otlp]'"
)


class Settings(NamedTuple):
    """How a sink sends. Equal settings are the same sink. ``endpoint`` None: as the environment says."""

    endpoint: str | None
    protocol: Protocol
    signals: tuple[Signal, ...]
    semconv: str
    headers: Mapping[str, str]
    timeout_s: float | None
    metric_dimensions: tuple[str, ...]
    usage: str

    def __repr__(self) -> str:
        """Headers and the endpoint may hold keys."""
        return f"Settings({self.destination!r})"

    @property
    def destination(self) -> str:
        """Return where it sends, without credentials: where undelivered events wait."""
        where = self.endpoint or "+".join(sorted(said_endpoints(*self.signals))) or "default"
        return f"otlp:{self.protocol}:{_bare(where)}:{'+'.join(self.signals)}"


def checked(
    endpoint: Any, protocol: Any, signals: Any, semconv: Any, options: Mapping[str, Any]
) -> Settings:
    """Return the settings of these arguments in this environment.

    Raises:
        ConfigError: one of them is wrong.
    """
    if unknown := sorted(options.keys() - {*_OPTIONS}):
        raise ConfigError(f"OtlpSink got options {unknown}: choose from {[*_OPTIONS]}")
    return Settings(
        endpoint=_endpoint(endpoint),
        protocol=_protocol(protocol, endpoint),
        signals=_signals(signals),
        semconv=_choice("semconv", semconv, CONVENTIONS),
        headers=_headers(options.get("headers")),
        timeout_s=_timeout_s(options.get("timeout_s")),
        metric_dimensions=tuple(_names("metric_dimensions", options.get("metric_dimensions", ()))),
        usage=_choice("usage", options.get("usage", "auto"), _USAGES),
    )


def expect_installed(settings: Settings, signals: Sequence[Signal]) -> None:
    """Import what the signals need.

    Raises:
        ConfigError: it is not there.
    """
    needed = [EXPORTERS[settings.protocol][signal][0] for signal in signals]
    module = ""
    try:
        for module in ("opentelemetry.sdk.trace", *needed):
            import_module(module)
    except ImportError as error:
        raise ConfigError(_MISSING.format(name=error.name or module)) from error


def _endpoint(given: Any) -> str | None:
    """Return the URL; one with a user, a query or a fragment is refused: it may hold a key.

    It would be in the log lines of the exporter's HTTP client.
    """
    try:
        return checked_endpoint(given, "OtlpSink's endpoint", allow_insecure=True)
    except ConfigError as error:
        raise ConfigError(
            f"{error}, e.g. 'http://localhost:4318', or 'http://localhost:4317' for grpc; "
            "credentials go into headers="
        ) from error


def _protocol(given: Any, endpoint: Any) -> Protocol:
    """Return the argument; where the environment says the endpoint, it may say grpc, too."""
    if endpoint is None and from_environment("OTEL_EXPORTER_OTLP_PROTOCOL") == "grpc":
        given = "grpc" if given == "http/protobuf" else given
    return cast("Protocol", _choice("protocol", given, EXPORTERS))


def _signals(given: Any) -> tuple[Signal, ...]:
    names = [_choice("signals", name, PATHS) for name in _names("signals", given)]
    if not names:
        raise ConfigError(f"OtlpSink got no signals: choose from {[*PATHS]}")
    return tuple(signal for signal in PATHS if signal in names)


def _choice(name: str, given: Any, among: Any) -> str:
    if given not in tuple(among):
        raise ConfigError(f"OtlpSink got {name}={given!r}: choose from {[*among]}")
    return str(given)


def _names(name: str, given: Any) -> Sequence[str]:
    is_listed = isinstance(given, (list, tuple, set, frozenset))
    names: list[Any] = [*given] if is_listed else [None]
    if not all(isinstance(one, str) for one in names):
        raise ConfigError(f"OtlpSink got {name}={given!r}: pass a list of names")
    return names


def _headers(given: Any) -> Mapping[str, str]:
    """Return the headers; what is in them is a secret, and in no message."""
    table: dict[Any, Any] = {} if given is None else dict(given if _is_table(given) else {0: 0})
    if not all(isinstance(text, str) for one in table.items() for text in one):
        raise ConfigError("OtlpSink got headers that are no mapping of names to texts")
    return table


def _is_table(given: object) -> bool:
    return isinstance(given, Mapping)


def _timeout_s(given: Any) -> float | None:
    if given is None:
        return None
    if not isinstance(given, (int, float)) or isinstance(given, bool) or not given > 0:
        raise ConfigError(
            f"OtlpSink got timeout_s={given!r}: a number over 0 is needed; leave it out for "
            "OTEL_EXPORTER_OTLP_TIMEOUT, else 10"
        )
    return float(given)


def said_endpoints(*signals: Signal) -> set[str]:
    """Return the endpoints that the environment says for signals, without credentials."""
    names = [f"OTEL_EXPORTER_OTLP_{_VARIABLES[signal]}_ENDPOINT" for signal in signals]
    found = (from_environment(name) for name in ("OTEL_EXPORTER_OTLP_ENDPOINT", *names))
    return {_bare(url) for url in found if url is not None}


def _bare(url: str) -> str:
    """Return a URL without user, password and query: they may be keys."""
    scheme, _, rest = url.partition("?")[0].rpartition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}" if scheme else rest
