"""Events to the hosted ingest endpoint: gzip batches over one kept connection.

Protocol (docs/ingest.md): ``POST {endpoint}/v1/events`` with ``X-ASO-API-Key``; 202 says what was
accepted. Retries and their pauses are the shipper's: whatever is raised here is tried again.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from aso import config
from aso.errors import AsoError, ConfigError
from aso.guard import say
from aso.records import Event
from aso.semconv import BATCH_SCHEMA
from aso.version import __version__

if TYPE_CHECKING:
    from http.client import HTTPConnection, HTTPResponse

_ACCEPTED, _TOO_LARGE, _TOO_MANY = 202, 413, 429
_MAX_PAUSE_S = 3600.0


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
        options: ``timeout_s`` for one request, 10 by default.

    Raises:
        ConfigError: endpoint or key is missing or wrong.
    """

    def __init__(
        self, endpoint: str | None = None, api_key: str | None = None, **options: Any
    ) -> None:
        key, url = config.credentials(api_key, endpoint)
        if key is None or url is None:
            raise ConfigError(
                "IngestSink needs an endpoint and a key: pass both, or set ASO_ENDPOINT and "
                "ASO_API_KEY"
            )
        if unknown := sorted(options.keys() - {"timeout_s"}):
            raise ConfigError(f"IngestSink got options {unknown}: choose from ['timeout_s']")
        self.endpoint, self._key = url, key
        self.destination: str | None = f"ingest:{self.endpoint}:{self._key.id}"
        self.rejected = 0
        self._timeout_s = float(options.get("timeout_s", 10.0))
        self._connection: tuple[int, HTTPConnection] | None = None
        self._said: dict[str, float] = {}

    def send(self, events: Sequence[Event]) -> None:
        """Ship a batch; one that is too large goes in halves.

        Raises:
            IngestError: it was not accepted; the same batch is to be sent again.
            OSError: the endpoint could not be reached.
        """
        status, headers, answer = self._post(_body(events))
        if status == _TOO_LARGE and len(events) > 1:
            half = len(events) // 2
            self.send(events[:half])
            self.send(events[half:])
        elif status == _TOO_LARGE:
            self._reject([{"event_id": events[0].event_id, "error": "the event is too large"}])
        elif status == _ACCEPTED:
            self._reject(answer.get("rejected") or [])
        else:
            raise IngestError(
                f"the ingest endpoint answered {status}: {_text(answer)}; the batch is kept and "
                "sent again",
                retry_after_s=_pause(headers) if status == _TOO_MANY else None,
            )

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None and self._connection[0] == os.getpid():
            self._connection[1].close()
        self._connection = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IngestSink) and self.destination == other.destination

    def __hash__(self) -> int:
        return hash(self.destination)

    def _post(self, body: bytes) -> tuple[int, Mapping[str, str], Mapping[str, Any]]:
        import json  # the background thread's business: not at import

        headers = {
            "X-ASO-API-Key": self._key.text,
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
            "User-Agent": f"aispendops/{__version__}",
        }
        response, data = self._exchange(body, headers)
        try:
            answer = json.loads(data or b"{}")
        except ValueError:
            answer = {}
        is_table = isinstance(answer, dict)
        return response.status, dict(response.headers), answer if is_table else {}

    def _exchange(self, body: bytes, headers: Mapping[str, str]) -> tuple[HTTPResponse, bytes]:
        """Send over the kept connection; a server may have closed it meanwhile: then once anew."""
        from http.client import HTTPException

        path = f"{self._path()}/v1/events"
        is_kept = self._connection is not None and self._connection[0] == os.getpid()
        connection = self._open()
        try:
            connection.request("POST", path, body, dict(headers))
            response = connection.getresponse()
            return response, response.read()
        except (HTTPException, OSError):
            connection.close()
            self._connection = None
            if not is_kept:
                raise
        return self._exchange(body, headers)

    def _open(self) -> HTTPConnection:
        from http.client import HTTPConnection, HTTPSConnection

        if self._connection is None or self._connection[0] != os.getpid():
            scheme, _, rest = self.endpoint.partition("://")
            kind = HTTPSConnection if scheme == "https" else HTTPConnection
            connection = kind(rest.partition("/")[0], timeout=self._timeout_s)
            self._connection = (os.getpid(), connection)
        return self._connection[1]

    def _path(self) -> str:
        path = self.endpoint.partition("://")[2].partition("/")[2]
        return f"/{path}" if path else ""

    def _reject(self, rejected: Sequence[Mapping[str, Any]]) -> None:
        self.rejected += len(rejected)
        for one in rejected:
            cause = str(one.get("error"))[:120]
            say(
                cause,
                f"aso.ingest: an event was rejected and is not sent again: {cause}",
                said=self._said,
            )


def _body(events: Sequence[Event]) -> bytes:
    import gzip
    from hashlib import blake2b

    from pydantic_core import to_json

    identity = "".join(f"{event.event_id}.{event.revision}" for event in events)
    batch = {
        "schema": BATCH_SCHEMA,
        "batch_id": blake2b(identity.encode(), digest_size=16).hexdigest(),
        "events": [event.to_dict() for event in events],
    }
    return gzip.compress(to_json(batch), compresslevel=5, mtime=0)


def _text(answer: Mapping[str, Any]) -> str:
    return str(answer.get("error") or "no reason given")[:200]


def _pause(headers: Mapping[str, str]) -> float | None:
    said = {name.lower(): value for name, value in headers.items()}.get("retry-after", "")
    return min(float(said), _MAX_PAUSE_S) if said.replace(".", "", 1).isdigit() else None
