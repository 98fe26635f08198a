"""What an endpoint is asked and answers, and how it is written down: the words of the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from pydantic_core import to_json

from aso.guard import Guard
from aso.serve.keys import Keyring
from aso.serve.limits import Limits, Rate
from aso.serve.metrics import Metrics
from aso.serve.refusal import RefusedError
from aso.serve.store import Scope, Store, StoredKey

JSON = "application/json"
JSON_LINES = "application/x-ndjson"
TEXT = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(slots=True)
class Service:
    """What every endpoint may use. ``now_ms``: the clock, milliseconds since the epoch."""

    store: Store
    keyring: Keyring
    now_ms: Callable[[], int]
    limits: Limits = field(default_factory=Limits)
    metrics: Metrics = field(default_factory=Metrics)
    guard: Guard = field(default_factory=lambda: Guard("aso.serve"))
    rate: Rate = field(init=False)

    def __post_init__(self) -> None:
        self.rate = Rate(self.limits.events_per_s)


class Asked(NamedTuple):
    """One request, after it was let in. ``headers`` by their names in lower case."""

    holder: StoredKey
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def tenant(self) -> str:
        """Return whose request it is."""
        return self.holder.tenant

    def one(self, name: str) -> str | None:
        """Return a parameter that may be there once; empty is as if it were not."""
        return next((value for key, value in self.query if key == name and value), None)

    def many(self, name: str) -> list[str]:
        """Return a parameter that may be there several times."""
        return [value for key, value in self.query if key == name and value]


class Answer(NamedTuple):
    """What is sent back."""

    body: bytes | Iterator[bytes]
    status: int = 200
    media_type: str = JSON
    headers: Mapping[str, str] = {}

    @classmethod
    def of(
        cls, document: Any, status: int = 200, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Return a JSON answer."""
        return cls(to_json(document), status, headers=headers or {})

    @classmethod
    def refusing(cls, refusal: RefusedError) -> Answer:
        """Return the answer to a request that is refused."""
        return cls.of({"error": f"AISpendOps: {refusal}"}, refusal.status, refusal.headers)


class Parameter(NamedTuple):
    """A parameter of the query."""

    name: str
    description: str
    example: str
    is_many: bool = False


class Endpoint(NamedTuple):
    """One endpoint: what it does, who may ask it, and all that is written down of it.

    ``asks`` and ``answers`` are types of aso.serve.schema. ``refuses``: the statuses that it has
    beside those that its scope and parameters bring.
    """

    method: Literal["GET", "POST"]
    path: str
    scope: Literal["ingest", "read"] | None
    summary: str
    serve: Callable[[Service, Asked], Answer]
    answers: Any
    status: int = 200
    media_type: str = JSON
    parameters: Sequence[Parameter] = ()
    asks: Any = None
    refuses: Sequence[int] = ()

    def expect_scope(self, scope: Scope) -> None:
        """Refuse a key that is for something else.

        Raises:
            RefusedError: 403.
        """
        if scope not in ("all", self.scope):
            raise RefusedError(
                403, f"API key is for {scope} only: this endpoint needs {self.scope}"
            )

    def expect_parameters(self, query: Sequence[tuple[str, str]]) -> None:
        """Refuse a query that says something else, the same twice, or what no event can have.

        Raises:
            RefusedError: 400.
        """
        known = {one.name: one for one in self.parameters}
        names = [name for name, _ in query]
        for name, value in query:
            if "\0" in value:  # nor can every store be asked for it
                raise RefusedError(400, f"The parameter {name[:32]!r} has the character U+0000")
            if name not in known:
                listed = ", ".join(known) or "none"
                raise RefusedError(
                    400, f"There is no parameter {name[:32]!r} here; there are: {listed}"
                )
            if not known[name].is_many and names.count(name) > 1:
                raise RefusedError(400, f"The parameter {name!r} is there twice: give it once")
