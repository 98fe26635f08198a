"""Events to an ingest endpoint: gzip batches over one kept connection.

Protocol (docs/ingest.md): ``POST {endpoint}/v1/events`` with ``X-ASO-API-Key``; 202 says what was
accepted. Pauses between tries are the shipper's: whatever is raised here is tried again.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

from aso import config, environment
from aso.errors import ConfigError
from aso.guard import say
from aso.records import Event
from aso.sinks.connection import Answer, Connection
from aso.sinks.ingest_answers import IngestError, Refused, no_answer
from aso.sinks.ingest_batch import Document
from aso.sinks.ingest_delivery import Delivery
from aso.sinks.ingest_options import checked
from aso.version import __version__

__all__ = ["IngestError", "IngestSink"]


class IngestSink:
    """Ships events to an AI SpendOps ingest endpoint.

    Args:
        endpoint: its URL; None: ``ASO_ENDPOINT``. https, or http on this machine.
        api_key: ``aso_k_{id}.{secret}``; None: ``ASO_API_KEY``.
        options: ``timeout_s`` for connecting and for each read (10); of one request
            ``max_batch_events`` (1000), ``max_batch_bytes`` compressed (1 MiB) and
            ``max_batch_age_s``, how long it may wait to fill (0.25); ``max_spool_bytes`` for what the
            endpoint will not take (64 MiB); ``allow_insecure`` for http to another machine (False);
            ``redact``, fields to ``hash`` or ``drop`` before they leave, ``{"dims.user": "hash"}``
            (None: ASO_REDACT), and ``redact_key``, a secret for the hashes (None: ASO_REDACT_KEY).

    Attributes:
        set_aside: events that the endpoint will not take, and that ``aso spool`` shows.
        dropped: of all that was set aside, what could not be kept.

    Raises:
        ConfigError: endpoint, key or an option is missing or wrong.
    """

    def __init__(
        self, endpoint: str | None = None, api_key: str | None = None, **options: Any
    ) -> None:
        chosen = checked(options)
        key, url = config.credentials(api_key, endpoint, allow_insecure=chosen.allow_insecure)
        if key is None or url is None:
            raise ConfigError(
                "IngestSink needs an endpoint and a key: pass both, or set ASO_ENDPOINT and "
                "ASO_API_KEY"
            )
        self.endpoint, self._key = url, key
        self.destination: str = f"ingest:{self.endpoint}:{self._key.id}"
        self.max_batch_events = chosen.max_batch_events
        self.max_batch_age_s = chosen.max_batch_age_s
        self.set_aside = self.dropped = 0
        self._redact = chosen.redact
        self._max_spool_bytes = chosen.max_spool_bytes
        self._connection = Connection(url, timeout_s=chosen.timeout_s)
        self._delivery = Delivery(
            self._post,
            self._keep,
            max_events=chosen.max_batch_events,
            max_bytes=chosen.max_batch_bytes,
            endpoint=url,
            key_id=key.id,
        )
        self._refused = list[Refused]()  # of the batch in hand
        self._said: dict[str, float] = {}

    def send(self, events: Sequence[Event]) -> None:
        """Ship a batch, in as many requests as the limits ask for.

        Raises:
            IngestError: not all was accepted, or nobody answered; the same batch is to be sent again.
        """
        self.ship([self._redact(event.to_dict()) for event in events])

    def ship(self, documents: Sequence[Document]) -> list[Refused]:
        """Ship events in wire form as they are, else as ``send``; return those set aside."""
        self._refused = list[Refused]()
        self._delivery.ship(documents)
        return self._refused

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, IngestSink) and self.destination == other.destination

    def __hash__(self) -> int:
        return hash(self.destination)

    def _post(self, body: bytes) -> Answer:
        from http.client import HTTPException  # the connection has imported it

        headers = {
            "X-ASO-API-Key": self._key.text,
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
            "User-Agent": f"aispendops/{__version__}",
        }
        try:
            return self._connection.post("/v1/events", body, headers)
        except (OSError, HTTPException) as error:
            raise no_answer(error, self.endpoint) from error

    def _keep(self, refused: Sequence[Refused]) -> None:
        """Set events aside; say each reason once an hour."""
        if not refused:
            return
        self._refused += refused
        self.set_aside += len(refused)
        self.dropped += self._dropped_of(refused)
        for one in refused:
            text = f"aso.ingest: an event was refused and set aside (aso spool show): {one.reason}"
            say(one.reason, text, said=self._said)

    def _dropped_of(self, refused: Sequence[Refused]) -> int:
        """Put events into the spool; return how many, of all in it, had to be dropped for that."""
        from aso.sinks.ingest_spool import Spool, SpoolError  # SQLite: for the few that need it

        home = environment.home()
        if home is None:
            return len(refused)
        try:
            spool = Spool.of(home, max_bytes=self._max_spool_bytes)
            return spool.add(self.destination, refused, at_ms=time.time_ns() // 1_000_000)
        except SpoolError as error:
            say("spool", f"aso.ingest: an event that was refused is lost: {error}", said=self._said)
            return len(refused)
