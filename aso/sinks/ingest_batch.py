"""Events in wire form → the body of one request: aso.batch/1, gzip."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any

from aso.semconv import BATCH_SCHEMA

Document = Mapping[str, Any]  # an event in wire form
Key = tuple[str, int]  # its id and revision: one of each counts


def key_of(document: Document) -> Key:
    """Return what makes the event this one."""
    return document["event_id"], document["revision"]


def body_of(documents: Sequence[Document]) -> bytes:
    """Return the request's body; the same events give the same bytes, and the same batch id."""
    import gzip  # the background thread's business: not at import

    from pydantic_core import to_json

    batch = {"schema": BATCH_SCHEMA, "batch_id": _batch_id(documents), "events": documents}
    return gzip.compress(to_json(batch), compresslevel=3, mtime=0)


def _batch_id(documents: Sequence[Document]) -> str:
    identity = "".join(f"{event_id}.{revision}," for event_id, revision in map(key_of, documents))
    return blake2b(identity.encode(), digest_size=16).hexdigest()
