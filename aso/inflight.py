"""One call between its begin and its single event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from aso.context import Scope
from aso.errors import PolicyError
from aso.providers import Provider
from aso.routes import GOES_ON, Route
from aso.tracing import trace_ids
from aso.wire import SHAPES, Answer, Shape

if TYPE_CHECKING:  # the two know each other: a flight is of a pipeline
    from aso.lines import Lines
    from aso.pipeline import Pipeline
    from aso.policy import Gates, Hold
    from aso.scanner import Scanner

_CANCELLATIONS = frozenset(
    {"CancelledError", "GeneratorExit", "KeyboardInterrupt", "SystemExit", "Cancelled"}
)
# Failures before a byte of the request left (httpx, httpx2, requests, aiohttp; read 2026-11-23; urllib3
# and the standard library, whose sockets and certificates fail so; read 2026-11-26).
_UNSENT = frozenset(
    {
        *("ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol"),
        *("NewConnectionError", "NameResolutionError", "ConnectTimeoutError"),
        *("ClientConnectorError", "ConnectionTimeoutError", "InvalidURL"),
        *("EmptyPoolError", "LocationParseError", "ConnectionRefusedError", "gaierror"),
        *("ClientConnectorDNSError", "ClientConnectorSSLError", "ClientConnectorCertificateError"),
        *("ClientProxyConnectionError", "SSLCertVerificationError"),
    }
)
FIRST_ERROR_STATUS = 400
PARTIAL = 206  # the HTTP status of a part of a file
_DEEPEST_CAUSE = 16


class Inflight:
    """One call. Mutable until ``finish``, which works once, whoever calls it."""

    # Defaults stand on the class: a call sets only what it learns (docs/adr/0005).
    attempts = 0
    answered = 0
    unsent = 0
    stream = False
    hides_usage = False
    is_framed = False  # an SDK above may make more attempts, and ends the call
    strip_headers = False
    conditions: Mapping[str, Any] | None = None
    completion_bytes: int | None = None
    error_type: str | None = None
    first_byte_at_ms: int | None = None
    hold: Hold | None = None
    http_status: int | None = None
    max_output_tokens: int | None = None
    prompt_chars: int | None = None
    request_model: str | None = None
    response: Any = None
    scanner: Scanner | Lines | None = None
    settles = False  # asks again for what another call began: an event only where that is over

    def __init__(
        self,
        pipeline: Pipeline,
        provider: Provider,
        host: str | None,
        route: Route,
        sdk: tuple[str, str],
        scope: Scope,
    ) -> None:
        self._pipeline = pipeline
        self._once = [None]
        self.provider = provider
        self.host = host
        self.route = route
        self.sdk = sdk
        self.scope = scope
        self.shape: Shape | None = SHAPES[route.shape] if route.shape else None
        self.started_at_ms = pipeline.clock_ns() // 1_000_000
        self.trace = trace_ids()
        self.dims = scope.dims
        self.answer = Answer()

    def read_request(self, body: Mapping[str, Any]) -> None:
        """Note what the request says: model, size, and what its price may depend on."""
        model = body.get("model")
        self.request_model = model if isinstance(model, str) else self.request_model
        if self.shape is None:
            return
        if self._pipeline.gates is not None:
            self.max_output_tokens = _limit_of(body)
        self.prompt_chars = self.shape.request_chars(body)
        self.conditions = self.answer.asked = self.shape.conditions(body)

    def reserve(self, gates: Gates) -> None:
        """Hold room in every budget.

        Raises:
            PolicyError: one has no room; the refusal is written, nothing was sent.
        """
        if self.settles or self.hold is not None:
            return
        try:
            self.hold = gates.reserve(self._pipeline.call_of(self))
        except PolicyError as violation:
            self._pipeline.refuse(self, violation)
            raise

    async def areserve(self, gates: Gates) -> None:
        """Hold room in every budget without blocking the event loop; raises like reserve."""
        if self.settles or self.hold is not None:
            return
        try:
            self.hold = await gates.areserve(self._pipeline.call_of(self))
        except PolicyError as violation:
            self._pipeline.refuse(self, violation)
            raise

    def scan(self) -> None:
        """Read what a caller's own reading of the bytes has collected so far, once."""
        scanner, self.scanner = self.scanner, None
        if scanner is not None and self.shape is not None:
            scanner.finish(self.shape, self.answer)
            self.stream = self.stream or self.answer.streamed

    def read_answer(self, body: Any) -> None:
        """Note what a whole answer says; None says nothing."""
        if self.shape is None:
            return
        if body is None and self.shape.takes_any_body and not self.answer.complete:
            body = {}
        if body is not None:
            self.shape.fill(body, self.answer)

    def read_headers(self, headers: Mapping[str, str]) -> None:
        """Note the counts that a provider tells in headers, for an answer that says none."""
        counted = {
            name: int(value)
            for header, name in self.provider.counted_in.items()
            if (value := headers.get(header, "")).isdecimal()
        }
        if counted:
            self.answer.note("counted_in_headers", counted)

    def failed(self, error: BaseException) -> None:
        """Finish with the error that the caller is about to see, the last attempt's."""
        self.attempt_failed(error)
        self.ended_by(error)

    def ended_by(self, error: BaseException) -> None:
        """Finish with the error that the caller is about to see; its attempts are told already."""
        self.error_type = type(error).__name__
        self.finish("cancelled" if self.error_type in _CANCELLATIONS else "error")

    def attempt_failed(self, error: BaseException | None, *, answered: bool = False) -> None:
        """Note how one attempt ended: answered with an error, never left, or unknown."""
        status = _status_of(error)
        if status is not None:
            self.answered += 1
            self.http_status = status
        elif answered:
            self.answered += 1
        elif _was_unsent(error):
            self.unsent += 1

    def errored(self) -> bool:
        """Finish where the answer is an HTTP error; return False where it is none."""
        if self.http_status is None or self.http_status < FIRST_ERROR_STATUS:
            return False
        self.error_type = str(self.http_status)  # as OpenTelemetry's error.type
        self.finish("error")
        return True

    def refused(self, error_type: str) -> None:
        """Write the event of a refusal: nothing was sent."""
        if not self._take():
            return
        self.error_type = error_type
        self._emit("refused", "refused")

    def finish(self, outcome: str) -> None:
        """Write the one event; every call after the first does nothing."""
        if not self._take():
            return
        pipeline = self._pipeline
        pipeline.live.discard(self)
        if self.scanner is not None:
            with pipeline.guard:
                self.scan()
        with pipeline.guard:
            if self.shape is not None and self.shape.at_end is not None:
                self._end_lines(outcome)
            if self.answer.failure is not None and outcome == "completed":
                outcome, self.error_type = "error", self.answer.failure
            self._emit("call" if self.shape is not None else "unmetered", outcome)
            self.hold = None
        if self.hold is not None:  # the event could not be made: what was reserved is let go
            with pipeline.guard:
                self.hold.settle(None)

    def exhausted(self) -> None:
        """Finish an answer that came to its own end: a stream's is the provider's mark."""
        is_whole = self.answer.complete or not (self.stream or self.answer.is_cut)
        if is_whole or self.shape is None or self.shape.is_lines:
            self.finish("completed")
        else:
            self.error_type = self.answer.failure or "stream_truncated"
            self.finish("error")

    def ended(self) -> None:
        """Finish an answer that nobody reads on: completed where the provider's own end was seen."""
        with self._pipeline.guard:
            self.scan()
        is_over = self.answer.complete or self.answer.failure is not None
        self.finish("completed" if is_over else "cancelled")

    def abandon(self) -> None:
        """Hand over to whoever sweeps next: a finalizer may do nothing else."""
        if self._once:
            self._pipeline.abandoned.append(self)

    def disown(self) -> None:
        """Leave the event to the parent process: this is a fork's copy of its call."""
        self._take()

    @property
    def pipeline(self) -> Pipeline:
        """Return whose call it is."""
        return self._pipeline

    @property
    def is_finished(self) -> bool:
        """Return True once the event is written."""
        return not self._once

    def _end_lines(self, outcome: str) -> None:
        """Note what the end of a file of lines says of the batch that wrote it."""
        is_file = not self.answer.place and self.http_status != PARTIAL
        if is_file and outcome == "completed" and self.shape is not None and self.shape.at_end:
            self.shape.at_end(self.answer)

    def sibling(self) -> Inflight:
        """Return a flight for one more answer in the same body, which settles as this one does."""
        other = Inflight(self._pipeline, self.provider, self.host, self.route, self.sdk, self.scope)
        other.dims, other.settles, other.attempts, other.answered = self.dims, True, 1, 1
        other.started_at_ms, other.http_status = self.started_at_ms, self.http_status
        other.answer.generation_id = self.answer.generation_id
        return other

    def now_ms(self) -> int:
        """Return the pipeline's clock."""
        return self._pipeline.clock_ns() // 1_000_000

    def _take(self) -> bool:
        try:
            self._once.pop()  # one C call: of two threads, one wins
        except IndexError:
            return False
        return True

    def _emit(self, kind: str, outcome: str) -> None:
        is_settled = self.settles and self.answer.later == "settled"
        if self.settles and not is_settled and self.route.endpoint not in GOES_ON:
            return
        pipeline = self._pipeline
        now = pipeline.clock_ns() // 1_000_000
        answer = self.answer
        event_id = pipeline.new_event_id(now)
        if answer.later is not None and answer.generation_id:
            event_id = later_event_id(
                self.provider.name, self.host, answer.generation_id, answer.line
            )
        record = [  # in the order of Facts; a list is encoded faster than a named tuple
            kind,
            event_id,
            *((1, "settled") if is_settled else (0, None)),
            self.started_at_ms,
            self.first_byte_at_ms,
            now,
            self.sdk,
            self.provider.name,
            self.host,
            *self.route,  # endpoint, operation, shape
            self.request_model,
            answer.model,
            answer.generation_id,
            self.stream,
            answer.service_tier,
            self.attempts,
            self.attempts - self.answered if self.attempts > self.answered else 0,
            outcome,
            self.http_status,
            self.error_type,
            answer.usage,
            self._extra(),
            answer.complete,
            self.prompt_chars,
            answer.chars,
            self.completion_bytes,
            self.dims,
            self.scope.function,
            *self.trace,
        ]
        pipeline.emit(record, self.scope, self.hold)

    def _extra(self) -> Mapping[str, Any] | None:
        extra = self.answer.extra
        if self.conditions is not None:
            extra = {"conditions": self.conditions, **(extra or {})}
        if self.unsent and self.unsent == self.attempts:
            extra = {**(extra or {}), "unsent": True}
        return extra


def later_event_id(provider: str, host: str | None, generation_id: str, line: str = "") -> str:
    """Return the UUIDv8 that any process gives to an answer that is settled later (design 3)."""
    import hashlib  # rarely needed: kept off the import path

    text = "\0".join((provider, host or "", generation_id, line))
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")
    number = number & ~(0xF << 76) | 0x8 << 76
    number = number & ~(0b11 << 62) | 0b10 << 62
    return f"{number:032x}"


def _limit_of(body: Mapping[str, Any]) -> int | None:
    """Return how many tokens the answer may have, as the request limits it."""
    for name in ("max_completion_tokens", "max_output_tokens", "max_tokens"):
        if isinstance(limit := body.get(name), int):
            return limit
    return None


def _status_of(error: BaseException | None) -> int | None:
    response = getattr(error, "response", None)
    told = (getattr(response, "status_code", None), getattr(error, "status_code", None))
    status = told[0] or told[1] or getattr(error, "status", None)  # aiohttp's
    return status if isinstance(status, int) and status >= FIRST_ERROR_STATUS else None


def _was_unsent(error: BaseException | None) -> bool:
    return any(type(one).__name__ in _UNSENT for one in _with_causes(error))


def _with_causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it tells of: urllib's and urllib3's as reason, requests' as argument."""
    for _ in range(_DEEPEST_CAUSE):
        if error is None:
            return
        yield error
        handed = (error.__cause__, getattr(error, "reason", None), *error.args)
        error = next((one for one in handed if isinstance(one, BaseException)), None)
