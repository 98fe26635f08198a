"""docs/ingest.openapi.yaml says what the sink sends and understands."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import pytest

import aso
from aso import records
from aso.semconv import BATCH_SCHEMA, EVENT_SCHEMA
from aso.sinks import IngestSink
from tests.events import event
from tests.sinks.ingest_server import KEY, IngestServer

yaml = pytest.importorskip("yaml")
OPENAPI = Path(aso.__file__).parents[1] / "docs" / "ingest.openapi.yaml"


@pytest.fixture(scope="module")
def written() -> Mapping[str, Any]:
    return dict(yaml.safe_load(OPENAPI.read_text(encoding="utf-8")))


def test_a_batch_has_exactly_the_properties_that_are_written_down(
    written: Mapping[str, Any],
) -> None:
    with IngestServer() as server:
        IngestSink(server.url, KEY).send([event(1)])
        [sent] = server.batches
    schema = written["components"]["schemas"]["Batch"]
    assert set(sent) - {"path", "headers"} == set(schema["required"]) == set(schema["properties"])
    assert (schema["properties"]["schema"]["const"], sent["schema"]) == (BATCH_SCHEMA,) * 2
    assert sent["path"] in written["paths"]
    assert written["components"]["securitySchemes"]["key"]["name"] in sent["headers"]


def test_an_event_has_the_fields_and_the_words_that_are_written_down(
    written: Mapping[str, Any],
) -> None:
    schema = written["components"]["schemas"]["Event"]
    words = {
        "kind": get_args(records.Kind),
        "outcome": get_args(records.Outcome),
        "usage_source": get_args(records.UsageSource),
    }
    assert set(schema["required"]) <= event(1).to_dict().keys()
    assert schema["properties"]["schema"]["const"] == EVENT_SCHEMA
    assert {name: tuple(schema["properties"][name]["enum"]) for name in words} == words


def test_every_reference_leads_somewhere(written: Mapping[str, Any]) -> None:
    def references(node: Any) -> list[str]:
        inside = node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        here = [node["$ref"]] if isinstance(node, dict) and "$ref" in node else []
        return here + [one for each in inside for one in references(each)]

    for reference in references(written):
        found: Any = written
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        assert found, reference
