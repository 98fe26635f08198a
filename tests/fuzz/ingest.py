"""What holds for whatever is posted to `aso serve`: for hypothesis, and for atheris (`make fuzz`)."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from jsonschema import Draft202012Validator

from aso.report import Period
from aso.serve.batch import batch_of
from aso.serve.body import decoded
from aso.serve.embedded import EmbeddedStore
from aso.serve.limits import Limits
from aso.serve.refusal import RefusedError
from tests.events import event

_OPENAPI = Path(__file__).resolve().parents[2] / "docs" / "openapi.json"
_LIMITS = Limits(max_batch_bytes=1 << 20, max_event_bytes=1 << 16)
_STATUSES = {400, 413, 415}
_NUMBERS = itertools.count(1)
_OF_A_TENANT = 40  # numbers: small ledgers are read quickly
_BY = "provider,model,team"


def read(body: bytes, encoding: str) -> list[dict[str, Any]]:
    """Return the events of a body that can be kept: each is one; the others have a reason."""
    try:
        text = decoded(body, encoding, max_bytes=_LIMITS.max_batch_bytes)
        taken = batch_of(text, _LIMITS)
    except RefusedError as error:
        assert error.status in _STATUSES
        return []
    assert len(taken.events) + len(taken.rejected) == len(json.loads(text)["events"])
    assert all(one["error"] for one in taken.rejected)
    sent = {one.get("event_id"): one for one in json.loads(text)["events"]}
    for one in taken.events:
        assert not list(_event().iter_errors(sent[one["event_id"]])), "what is documented"
    return taken.events


def changed(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event that was never there before, with other values."""
    number = next(_NUMBERS)
    document: dict[str, Any] = json.loads(json.dumps({**event(number).to_dict(), **values}))
    return document


@cache
def body(numbers: tuple[int, ...]) -> bytes:
    """Return a batch that is taken."""
    return _body([event(number).to_dict() for number in numbers])


def kept(document: Mapping[str, Any]) -> None:
    """Post an event to a store; where it is taken, it is there and reports can count it."""
    store, tenant = _store(), f"fuzz{next(_NUMBERS) // _OF_A_TENANT}"
    for one in read(_body([document]), ""):
        store.add(tenant, [one])
        store.spend(tenant, _BY, period=Period(), where=())
        found = [each["event_id"] for each in store.documents(tenant, period=Period(), where=())]
        assert one["event_id"] in found


def _body(documents: Sequence[Mapping[str, Any]]) -> bytes:
    return json.dumps({"schema": "aso.batch/1", "batch_id": "1", "events": documents}).encode()


@cache
def _event() -> Draft202012Validator:
    components = json.loads(_OPENAPI.read_text("utf-8"))["components"]
    return Draft202012Validator({"$ref": "#/components/schemas/Event", "components": components})


@cache
def _store() -> EmbeddedStore:
    return EmbeddedStore(Path(mkdtemp(prefix="aso-fuzz-")))
