"""Events in wire form → requests: split by the limits, and by what the endpoint says of a part."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from aso.sinks.connection import Answer
from aso.sinks.ingest_answers import (
    ACCEPTED,
    IngestError,
    Refused,
    error_of,
    is_of_events,
    refused_alone,
    rejected_of,
)
from aso.sinks.ingest_batch import Document, Key, body_of, key_of

_OPEN_AFTER = 3  # failures in a row, after which one event is sent first
_REFUSED_AT_ONCE = 10  # events in a row, with none taken in between


class Delivery:
    """Sends batches; remembers, of the one in hand, what need not be sent again.

    ``post`` gives the endpoint's answer to a body; ``set_aside`` keeps what it will not take.
    """

    def __init__(
        self,
        post: Callable[[bytes], Answer],
        set_aside: Callable[[Sequence[Refused]], None],
        *,
        max_events: int,
        max_bytes: int,
        endpoint: str,
        key_id: str,
    ) -> None:
        self._post = post
        self._set_aside = set_aside
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._endpoint, self._key_id = endpoint, key_id
        self._settled: set[Key] = set()
        self._failures = 0
        self._refused = 0

    def ship(self, documents: Sequence[Document]) -> None:
        """Send all of them; each is taken, or set aside.

        After failures the circuit is open: one event alone asks whether the endpoint is back.

        Raises:
            IngestError: the endpoint does not take the rest; the same batch is to be sent again.
        """
        left = [one for one in documents if key_of(one) not in self._settled]
        is_open, self._refused = self._failures >= _OPEN_AFTER, 0
        self._failures += 1  # until all is well
        if is_open and left:
            self._send(left[:1])
            left = left[1:]
        for first in range(0, len(left), self._max_events):
            self._send(left[first : first + self._max_events])
        self._failures = 0
        self._settled.clear()

    def _send(self, documents: Sequence[Document]) -> None:
        if self._refused >= _REFUSED_AT_ONCE:
            raise self._storm()
        body, is_one = body_of(documents), len(documents) == 1
        answer = self._post(body) if is_one or len(body) <= self._max_bytes else None
        if answer is None or (is_of_events(answer) and not is_one):
            half = len(documents) // 2
            self._send(documents[:half])
            self._send(documents[half:])
            return
        if answer.status == ACCEPTED:
            self._refused = 0
            self._set_aside(rejected_of(documents, answer))
        elif is_of_events(answer):
            self._refused += 1
            self._set_aside([refused_alone(documents[0], answer)])
        else:
            raise error_of(answer, self._endpoint, self._key_id)
        self._settled.update(map(key_of, documents))

    def _storm(self) -> IngestError:
        return IngestError(
            f"the ingest endpoint {self._endpoint} refused {_REFUSED_AT_ONCE} events one after the "
            "other; they are set aside (aso spool show), the others are kept and sent later",
            cause="refuses all",
        )
