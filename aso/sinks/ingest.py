"""Events to an ingest endpoint: gzip batches over one kept connection.

Protocol (docs/ingest.md): ``POST {endpoint}/v1/events`` with ``X-ASO-API-Key``; 202 says what was
accepted. Pauses between tries are the shipper's: whatever is raised here is tried again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aso import config
from aso.errors import ConfigError
from aso.records import Event
from aso.sinks.aside import Aside, SetsAside
from aso.sinks.connection import Answer, Connection
from aso.sinks.ingest_answers import IngestError, Refused, no_answer
from aso.sinks.ingest_batch import Document
from aso.sinks.ingest_delivery import Delivery
from aso.sinks.ingest_options import checked
from aso.version import __version__

__all__ = ["IngestError", "IngestSink"]


class IngestSink(SetsAside):
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
        self._aside = Aside("aso.ingest", self.destination, max_bytes=chosen.max_spool_bytes)
        self._redact = chosen.redact
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

    def send(self, events: Sequence[Event]) -> None:
        """Ship a batch, in as many requests as the limits ask for.

        Raises:
            IngestError: not all was accepted, or nobody answered; the same batch is to be sent again.
        """
        self.ship([self._redact(event.to_dict()) for event in events])

    def ship(self, documents: Sequence[Document]) -> list[Refused]:
        """Ship events in wire form as they are, else as ``send``; return those set aside."""
        self._refused = list[Refused]()
        self._aside.forget()
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
        self._refused += refused
        self._aside.keep(refused)
