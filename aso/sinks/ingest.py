"""Events to the hosted ingest endpoint: gzip batches over one kept connection.

Protocol (docs/ingest.md): ``POST {endpoint}/v1/events`` with ``X-ASO-API-Key``; 202 says what was
accepted. Retries and their pauses are the shipper's: whatever is raised here is tried again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, cast

from aso import config
from aso.errors import AsoError, ConfigError
from aso.guard import say
from aso.records import Event
from aso.semconv import BATCH_SCHEMA, printable
from aso.sinks.connection import Answer, Connection
from aso.version import __version__

_ACCEPTED, _TOO_LARGE = 202, 413
_REFUSED = {
    400: "it does not understand the batch: is it an AI SpendOps ingest endpoint?",
    401: "it got no key: does a proxy on the way remove X-ASO-API-Key?",
    403: "it does not accept the key: is the key active, and of this endpoint?",
    404: "there is no ingest there: is the endpoint's path right?",
}
# option → its default, and the least that makes sense
_OPTIONS: Mapping[str, tuple[float, float]] = {
    "timeout_s": (10.0, 0.001),
    "max_batch_events": (1000, 1),
    "max_batch_bytes": (1 << 20, 1),
}
_MOST = 1e9
_SHOWN = 120


class IngestError(AsoError):
    """A batch was not accepted. ``retry_after_s``: when to try again, where the endpoint says."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        if retry_after_s is not None:
            self.retry_after_s = retry_after_s


class IngestSink:
    """Ships events to an AI SpendOps ingest endpoint.

    Args:
        endpoint: its URL; None: ``ASO_ENDPOINT``. https, or http on this machine.
        api_key: ``aso_k_{id}.{secret}``; None: ``ASO_API_KEY``.
        options: ``timeout_s`` for connecting and for each read (10), ``max_batch_events`` (1000)
            and ``max_batch_bytes`` compressed (1 MiB) of one request, ``allow_insecure`` for http
            to another machine (False).

    Attributes:
        rejected: events that the endpoint will not take; they are not sent again.

    Raises:
        ConfigError: endpoint, key or an option is missing or wrong.
    """

    def __init__(
        self, endpoint: str | None = None, api_key: str | None = None, **options: Any
    ) -> None:
        allow_insecure = options.pop("allow_insecure", False) is True
        chosen = _checked(options)
        key, url = config.credentials(api_key, endpoint, allow_insecure=allow_insecure)
        if key is None or url is None:
            raise ConfigError(
                "IngestSink needs an endpoint and a key: pass both, or set ASO_ENDPOINT and "
                "ASO_API_KEY"
            )
        self.endpoint, self._key = url, key
        self.destination: str | None = f"ingest:{self.endpoint}:{self._key.id}"
        self.rejected = 0
        self._max_events = int(chosen["max_batch_events"])
        self._max_bytes = int(chosen["max_batch_bytes"])
        self._connection = Connection(url, timeout_s=chosen["timeout_s"])
        self._taken: set[str] = set()  # parts of the batch in hand that need no second sending
        self._said: dict[str, float] = {}

    def send(self, events: Sequence[Event]) -> None:
        """Ship a batch, in as many requests as the limits ask for.

        Raises:
            IngestError: not all was accepted; the same batch is to be sent again.
            OSError, http.client.HTTPException: the endpoint could not be reached.
        """
        for first in range(0, len(events), self._max_events):
            self._ship(events[first : first + self._max_events])
        self._taken.clear()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IngestSink) and self.destination == other.destination

    def __hash__(self) -> int:
        return hash(self.destination)

    def _ship(self, events: Sequence[Event]) -> None:
        batch_id = _batch_id(events)
        if batch_id in self._taken:
            return
        body = _body(batch_id, events)
        is_small = len(body) <= self._max_bytes or len(events) == 1
        answer = self._connection.post("/v1/events", body, self._headers()) if is_small else None
        if answer is None or (answer.status == _TOO_LARGE and len(events) > 1):
            half = len(events) // 2
            self._ship(events[:half])
            self._ship(events[half:])
        elif answer.status == _TOO_LARGE:
            self._reject([{"error": "a single event is larger than the endpoint takes"}])
        elif answer.status == _ACCEPTED:
            self._reject(answer.body.get("rejected"))
        else:
            raise self._refusal(answer)
        self._taken.add(batch_id)

    def _headers(self) -> dict[str, str]:
        return {
            "X-ASO-API-Key": self._key.text,
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
            "User-Agent": f"aispendops/{__version__}",
        }

    def _refusal(self, answer: Answer) -> IngestError:
        message = (
            f"the ingest endpoint {self.endpoint} answered {answer.status}: {_cause(answer.body)}; "
            "the batch is kept and sent again"
        )
        if (hint := _REFUSED.get(answer.status)) is not None:
            message = f"{message}; {hint} (key {self._key.id})"
            say(str(answer.status), f"aso.ingest: {message}", said=self._said)
        return IngestError(message, retry_after_s=answer.retry_after_s)

    def _reject(self, rejected: Any) -> None:
        """Count what the endpoint will never take; say each cause once an hour."""
        for one in rejected if _is_list(rejected) else ():
            self.rejected += 1
            cause = _cause(one)
            text = f"aso.ingest: an event was rejected and is not sent again: {cause}"
            say(cause, text, said=self._said)


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _cause(answer: Any) -> str:
    said = cast("dict[str, Any]", answer).get("error") if isinstance(answer, dict) else None
    return printable(str(said or "no reason given")[:_SHOWN])


def _checked(options: Mapping[str, Any]) -> dict[str, float]:
    if unknown := sorted(options.keys() - _OPTIONS.keys()):
        raise ConfigError(
            f"IngestSink got options {unknown}: choose from {[*_OPTIONS, 'allow_insecure']}"
        )
    for name, value in options.items():
        default, least = _OPTIONS[name]
        is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if not is_number or not least <= value <= _MOST:
            raise ConfigError(
                f"IngestSink got {name}={value!r}: a number of at least {least} is needed; "
                f"leave it out for {default}"
            )
    return {**{name: default for name, (default, _) in _OPTIONS.items()}, **options}


def _batch_id(events: Sequence[Event]) -> str:
    identity = "".join(f"{event.event_id}.{event.revision}," for event in events)
    return blake2b(identity.encode(), digest_size=16).hexdigest()


def _body(batch_id: str, events: Sequence[Event]) -> bytes:
    import gzip  # the background thread's business: not at import

    from pydantic_core import to_json

    batch = {
        "schema": BATCH_SCHEMA,
        "batch_id": batch_id,
        "events": [event.to_dict() for event in events],
    }
    return gzip.compress(to_json(batch), compresslevel=3, mtime=0)
