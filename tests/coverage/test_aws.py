"""Every operation of Bedrock's runtimes, called by the real boto3: what is listed is what happens."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from botocore.exceptions import ClientError

from aso.capture.botocore import SERVICES
from tests.boto3_sdk.scripted import playing
from tests.coverage.surveys import surveyed

KINDS = {"metered": ["call"], "unmetered": ["unmetered"], "free": []}
MADE = {"string": "n" * 64, "integer": 1, "long": 1, "float": 1.0, "double": 1.0, "boolean": True}
HTTP2 = "invoke_model_with_bidirectional_stream"  # boto3 has no method of it


def made_up(shape: Any, depth: int = 8) -> Any:
    """Return a value of a shape, with what it requires; of a union its first member."""
    if shape is None or depth == 0 or shape.type_name == "map":
        return {}
    if shape.type_name == "structure":
        names = shape.required_members or ([*shape.members][:1] if shape.is_tagged_union else [])
        return {name: made_up(shape.members[name], depth - 1) for name in names}
    if shape.type_name == "list":
        return [made_up(shape.member, depth - 1)]
    if getattr(shape, "enum", None):
        return shape.enum[0]
    return b"{}" if shape.type_name == "blob" else MADE[shape.type_name]


def call(client: Any, name: str) -> None:
    """Call an operation with made-up arguments; what it makes of ``{}`` does not matter here."""
    model = client.meta.service_model
    shape = model.operation_model(client.meta.method_to_api_mapping[name]).input_shape
    with suppress(ValueError, ClientError):
        for part in getattr(client, name)(**made_up(shape)).values():
            if hasattr(part, "close"):  # a stream, or a body to be read
                part.close()


def test_an_operation_does_what_is_listed() -> None:
    rows = [row for row in surveyed("boto3").rows if row.http_method == "POST"]
    called = {row.method: row.coverage for row in rows if not row.method.endswith(HTTP2)}
    found: dict[str, list[str]] = {}
    with playing({}) as (_, events, script):
        clients = {service: script.client(service) for service in SERVICES}
        for method in called:
            service, name = method.split(".")
            count, sent = len(events), len(script.requests)
            call(clients[service], name)
            assert len(script.requests) == sent + 1, method
            found[method] = [event.kind for event in events[count:]]
    assert found == {method: KINDS[state] for method, state in called.items()}
