"""Which calls another instrumentation tells by a span of its own: they are not told twice.

OpenTelemetry's GenAI instrumentations, OpenLLMetry, OpenInference and SDKs that trace themselves put
a span around the call; it is the current one when the call is made, so the event names it as its
parent. A span processor beside the program's own remembers which spans tell of a model call.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

from opentelemetry.sdk.trace import SpanProcessor
from opentelemetry.trace import SpanKind

from aso.guard import Guard
from aso.records import Event
from aso.sinks.otlp.providers import users_provider
from aso.sinks.otlp.settings import SCOPE

_REMEMBERED = 10_000
_INFERENCE = frozenset({"chat", "text_completion", "generate_content", "embeddings"})
# A span with one of these and no operation's name: conventions before 1.27, OpenLLMetry.
_MARKS = ("gen_ai.request.model", "gen_ai.response.model", "llm.request.type")
_KIND = "openinference.span.kind"
_KINDS = frozenset({"LLM", "EMBEDDING", "RERANKER"})


class Instrumented(SpanProcessor):
    """Watches the program's spans; no lock, as spans end in any thread, and threads fork."""

    def __init__(self) -> None:
        self._guard = Guard("aso.otlp")
        self._open: WeakValueDictionary[int, Any] = WeakValueDictionary()
        self._young: dict[int, bool] = {}
        self._old: dict[int, bool] = {}

    def on_start(self, span: Any, parent_context: Any = None) -> None:
        """Remember a span while it is open; what it tells may be said later."""
        del parent_context
        with self._guard:
            scope = span.instrumentation_scope
            if scope is None or scope.name != SCOPE:
                self._open[span.get_span_context().span_id] = span

    def on_end(self, span: Any) -> None:
        """Remember what a span told, and no more of it."""
        with self._guard:
            span_id = span.get_span_context().span_id
            if self._open.pop(span_id, None) is not None:
                if len(self._young) >= _REMEMBERED:
                    self._old, self._young = self._young, {}
                self._young[span_id] = self._tells(span)

    def tells(self, span_id: int) -> bool | None:
        """Return whether a span tells of a model call; None: it was never seen here."""
        if (span := self._open.get(span_id)) is not None:
            return self._tells(span)
        return self._young.get(span_id, self._old.get(span_id))

    def _tells(self, span: Any) -> bool:
        attributes: Mapping[str, Any] = span.attributes or {}
        operation = attributes.get("gen_ai.operation.name")
        if operation is not None:
            return operation in _INFERENCE
        if attributes.get(_KIND) in _KINDS or any(mark in attributes for mark in _MARKS):
            return True
        above = span.parent if span.kind is SpanKind.CLIENT else None  # of an HTTP client's span
        return above is not None and bool(self.tells(above.span_id))


class Told:
    """Whether an event's call is told by another instrumentation.

    Where its span was not seen (it was not sampled, or belongs to another process), what is true
    of its SDK's other calls is taken to be true of it.
    """

    def __init__(self, usage: str) -> None:
        self._fixed = {"always": False, "never": True}.get(usage)
        self._sdks: set[str | None] = set()
        self._watched: Instrumented | None = None
        self.watch()

    def watch(self) -> None:
        """Watch the program's spans from now on, where it has set a provider up."""
        if self._fixed is None and self._watched is None:
            self._watched = _beside(users_provider("spans"))

    def __call__(self, event: Event) -> bool:
        """Return whether it is."""
        if self._fixed is not None or event.span_id is None or self._watched is None:
            return bool(self._fixed)
        tells = self._watched.tells(int(event.span_id, 16))
        if tells:
            self._sdks.add(event.sdk_name)
        return event.sdk_name in self._sdks if tells is None else tells


_WATCHED: WeakKeyDictionary[Any, Instrumented] = WeakKeyDictionary()


def _beside(provider: Any) -> Instrumented | None:
    """Return what watches a provider's spans: one for all sinks, as it cannot be taken back."""
    if provider is None:
        return None
    found = _WATCHED.get(provider)
    if found is None:
        found = _WATCHED[provider] = Instrumented()
        provider.add_span_processor(found)
    return found
