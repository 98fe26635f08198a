"""docs/openapi.json says what is served, what the sink sends, and what the server answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import aso
from aso.sinks import IngestSink
from tests.events import UNPRICED, event
from tests.serve.served import Served, batch
from tests.sinks.ingest_server import KEY, IngestServer

pytest.importorskip("starlette", reason="the extra server is not installed")
from aso.serve.openapi import openapi  # noqa: E402

WRITTEN: dict[str, Any] = json.loads(
    (Path(aso.__file__).parents[1] / "docs" / "openapi.json").read_text(encoding="utf-8")
)


def fits(document: Any, schema: dict[str, Any]) -> bool:
    """Tell whether a document is what a schema of the page says; raise where it is not."""
    whole = {**schema, "components": WRITTEN["components"]}
    Draft202012Validator(whole).validate(document)
    return True


def test_the_page_is_what_the_table_gives() -> None:
    assert openapi() == WRITTEN, "python -m aso.serve.openapi > docs/openapi.json"


def test_a_batch_of_the_sink_fits() -> None:
    with IngestServer() as server:
        IngestSink(server.url, KEY).send([event(1), event(2, cost=UNPRICED)])
        [sent] = server.batches
    post = WRITTEN["paths"][sent.pop("path")]["post"]
    assert WRITTEN["components"]["securitySchemes"]["key"]["name"] in sent.pop("headers")
    assert fits(sent, post["requestBody"]["content"]["application/json"]["schema"])


def test_every_field_of_an_event_is_written_down() -> None:
    schema = WRITTEN["components"]["schemas"]["Event"]
    assert set(schema["properties"]) == set(event(1).to_dict())


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("post", "/v1/events", 202),
        ("post", "/v1/events", 401),
        ("get", "/v1/policy", 200),
        ("get", "/v1/spend?match=team=search", 200),
        ("get", "/v1/report?by=day,team", 200),
        ("get", "/v1/report?by=", 200),
        ("get", "/v1/report?since=soon", 400),
        ("get", "/v1/timeline?by=team&since=2026-11-20&until=2026-11-24&top=1", 200),
        ("get", "/v1/timeline?step=hour", 200),
        ("get", "/v1/dimensions", 200),
        ("get", "/v1/events", 200),
        ("get", "/healthz", 200),
    ],
)
def test_an_answer_of_the_server_fits(
    server: Served, key: str, method: str, path: str, status: int
) -> None:
    sent = batch([event(1), event(2, dims={}), event(3).to_dict() | {"kind": "other"}])
    server.post(key, sent)
    told = "" if status == 401 else key
    answer = server.post(told, sent) if method == "post" else server.get(told, path)
    assert answer.status_code == status
    responses = WRITTEN["paths"][path.partition("?")[0]][method]["responses"]
    [(kind, one)] = responses[str(status)]["content"].items()
    assert answer.headers["content-type"].startswith(kind)
    documents = [json.loads(line) for line in answer.text.splitlines() if line]
    assert documents
    assert all(fits(document, one["schema"]) for document in documents)
