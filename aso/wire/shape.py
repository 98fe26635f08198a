"""What a wire format declares: how to read an answer, its stream and the request's text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from aso.usage import Counters

CUT = "\0cut"  # a key in a body of which only the ends were read: its text was not counted


class Answer:
    """What was read of one answer so far. Filled by a shape's functions; values as they came.

    ``complete`` turns True when the provider's own end was seen, not when the bytes stopped.
    """

    model: str | None = None
    generation_id: str | None = None
    service_tier: str | None = None
    usage: Any = None
    extra: dict[str, Any] | None = None
    queries: frozenset[str] = frozenset()  # searched for; only their number is kept
    chars: int | None = None
    complete = False
    streamed = False  # it came in events, whatever its type said
    is_cut = False  # it is JSON that does not end
    failure: str | None = None
    asked: Mapping[str, Any] | None = None  # what the request says, by the format's conditions
    line: str = ""  # of a batch, where each line is settled apart: its name
    place: int = 0  # of a line among those of its file; 0: of a whole answer
    later: str | None = None  # pending | settled: who asks again gets the same event (ADR 7)

    def note(self, name: str, value: Any) -> None:
        """Keep one value beside the usage that counting or pricing needs."""
        if self.extra is None:
            self.extra = {}
        self.extra[name] = value

    def settle(self, *, is_over: bool) -> None:
        """Note that this is billed once it is done, and whether it is."""
        self.later = "settled" if is_over else "pending"
        if not is_over:
            self.note("settles_later", self.later)
        elif self.extra is not None:
            self.extra.pop("settles_later", None)

    def settle_unbilled(self, reason: str) -> None:
        """Note that this is over and bills nothing by itself, and why."""
        self.settle(is_over=True)
        self.note("unbilled", reason)


class Shape(NamedTuple):
    """One wire format.

    Attributes:
        name: its name in the journal; never change one.
        read: fills an Answer from a whole answer.
        observer: returns a function that fills the Answer from each chunk of a stream.
        request_chars: characters of text that a request body sends.
        conditions: values of the request that a price may depend on.
        counters: where the usage object says what.
        takes_any_body: an answer that is no JSON is whole all the same: sound, subtitles.
        is_lines: a body is JSON lines, each an answer of its own.
        is_thinned: of a job's long end all is read, without its texts; else its ends are.
        parts: where one JSON text holds several answers, returns them, each to be settled apart.
        at_end: called with the Answer of a body of lines that was read to its end.
    """

    name: str
    read: Callable[[Any, Answer], None]
    observer: Callable[[Answer], Callable[[Any], None]]
    request_chars: Callable[[Mapping[str, Any]], int | None]
    conditions: Callable[[Mapping[str, Any]], Mapping[str, Any] | None]
    counters: Counters
    takes_any_body: bool = False
    is_lines: bool = False
    is_thinned: bool = False
    parts: Callable[[Any], Sequence[Any]] | None = None
    at_end: Callable[[Answer], None] | None = None

    @property
    def settles_apart(self) -> bool:
        """Return whether a body holds answers that are settled each by itself."""
        return self.is_lines or self.parts is not None

    def fill(self, body: Any, answer: Answer) -> None:
        """Read a whole answer; where its ends alone were read, its text was not counted."""
        self.read(body, answer)
        if type(body) is dict and CUT in body:
            answer.chars = None
