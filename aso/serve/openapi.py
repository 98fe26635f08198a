"""The table of endpoints and its types → OpenAPI 3.1: docs/openapi.json is what this returns.

python -m aso.serve.openapi > docs/openapi.json
"""

from __future__ import annotations

import json
import sys
from typing import Any, Literal

from pydantic import TypeAdapter

from aso.serve.asking import JSON, JSON_LINES, Endpoint
from aso.serve.endpoints import ENDPOINTS
from aso.serve.schema.answers import Error

Schemas = dict[Any, dict[str, Any]]
_Mode = Literal["validation", "serialization"]

_REFERENCE = "#/components/schemas/{model}"
_MEANINGS = {
    304: "The client has it: its If-None-Match is the ETag.",
    400: "What was sent is wrong: of a batch, a client sends it in halves, until what is wrong stands alone.",
    401: "There is no key.",
    403: "The key is unknown, revoked, or for something else; a client stops for minutes, and keeps its events.",
    408: "The body took too long to arrive.",
    413: "Too large; a client sends the batch in halves.",
    415: "The Content-Encoding is another than gzip.",
    429: "The key sends too much; the same batch is taken later.",
    503: "The store cannot be used now; the same is taken later.",
}
_RETRIED = (429, 503)
_RETRY_AFTER = {
    "schema": {"type": "string"},
    "description": "Seconds, or a date (RFC 9110, 10.2.3) by the clock of this answer's Date.",
}


def openapi() -> dict[str, Any]:
    """Return the whole document."""
    schemas, components = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for one in ENDPOINTS:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, schemas)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "AI SpendOps ingest",
            "version": "1",
            "description": "Events of the aso SDK, in batches, and what was spent: "
            "docs/ingest.md, docs/serve.md, docs/event.md.",
        },
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "key": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "X-ASO-API-Key",
                    "description": "aso_k_{id}.{secret}",
                }
            },
            "headers": {"RetryAfter": _RETRY_AFTER},
        },
    }


def _schemas() -> tuple[Schemas, dict[str, Any]]:
    """Return the schema of each type of the table, and what those refer to."""
    kinds = [kind for one in ENDPOINTS for kind in (one.asks, one.answers) if kind is not None]
    mode: _Mode = "validation"
    adapters: list[tuple[Any, _Mode, TypeAdapter[Any]]] = [
        (kind, mode, TypeAdapter[Any](kind)) for kind in dict.fromkeys([*kinds, Error])
    ]
    found, definitions = TypeAdapter.json_schemas(adapters, ref_template=_REFERENCE)
    return {kind: schema for (kind, _), schema in found.items()}, definitions["$defs"]


def _operation(one: Endpoint, schemas: Schemas) -> dict[str, Any]:
    found: dict[str, Any] = {"summary": one.summary, "operationId": one.serve.__name__}
    if one.scope is not None:
        found["security"] = [{"key": []}]
        found["description"] = f"For keys of the scope {one.scope}, or all."
    if one.parameters:
        found["parameters"] = [
            {
                "name": parameter.name,
                "in": "query",
                "description": parameter.description,
                "schema": {"type": "array", "items": {"type": "string"}}
                if parameter.is_many
                else {"type": "string"},
                "example": [parameter.example] if parameter.is_many else parameter.example,
            }
            for parameter in one.parameters
        ]
    if one.asks is not None:
        found["requestBody"] = {
            "required": True,
            "description": "Content-Encoding gzip, or none.",
            "content": {JSON: {"schema": schemas[one.asks]}},
        }
    return found | {"responses": _responses(one, schemas)}


def _responses(one: Endpoint, schemas: Schemas) -> dict[str, Any]:
    schema = schemas[one.answers]
    what = "One a line." if one.media_type == JSON_LINES else one.summary
    found: dict[str, Any] = {
        str(one.status): {"description": what, "content": {one.media_type: {"schema": schema}}}
    }
    for status in _statuses(one):
        found[str(status)] = {"description": _MEANINGS[status]}
        if status in _RETRIED:
            found[str(status)]["headers"] = {
                "Retry-After": {"$ref": "#/components/headers/RetryAfter"}
            }
        if status >= 400:  # noqa: PLR2004 — the first that has an error
            found[str(status)]["content"] = {JSON: {"schema": schemas[Error]}}
    return found


def _statuses(one: Endpoint) -> list[int]:
    """Return every status but the one of success: all have 400, for parameters that are not there."""
    of_keys = (401, 403) if one.scope is not None else ()
    return sorted({*one.refuses, *of_keys, 400, 503})


if __name__ == "__main__":
    sys.stdout.write(json.dumps(openapi(), indent=1, ensure_ascii=False) + "\n")
