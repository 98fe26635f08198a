"""Perplexity's own: chats that are asked for now and answered later, and embeddings in their context."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from perplexity import Perplexity

from aso.testing import capture_events

MODEL = "sonar-deep-research"
BEGUN = {"id": "0f3c9d2e-1", "model": MODEL, "created_at": 1, "status": "CREATED"}
USAGE = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}
ANSWER = {"id": "c-1", "model": MODEL, "created": 1, "choices": [], "usage": USAGE}
DONE = {**BEGUN, "status": "COMPLETED", "response": ANSWER}


def client(*answers: dict[str, Any]) -> Perplexity:
    """Return a client that is answered so, one after the other."""
    waiting = iter(answers)
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=next(waiting)))
    return Perplexity(api_key="none", http_client=httpx.Client(transport=transport))


def test_an_asynchronous_chat_is_settled_by_whoever_sees_its_end() -> None:
    chats = client(BEGUN, {**BEGUN, "status": "IN_PROGRESS"}, DONE).async_.chat.completions
    with capture_events() as events:
        chats.create(request={"model": MODEL, "messages": [{"role": "user", "content": "hello"}]})
        for _ in range(2):
            chats.get(BEGUN["id"])
    found = [(one.revision, one.model, one.usage.input_tokens, one.prompt_chars) for one in events]
    assert found == [(0, MODEL, None, 5), (1, MODEL, 5, None)]
    assert len({one.event_id for one in events}) == 1


def test_embeddings_in_their_context_are_metered() -> None:
    usage = {"prompt_tokens": 6, "total_tokens": 6, "cost": {"total_cost": 0.0003}}
    body = {"object": "list", "model": "pplx-embed", "data": [], "usage": usage}
    with capture_events() as events:
        client(body).contextualized_embeddings.create(
            input=[["a", "b"]], model="pplx-embed-context-v1-4b"
        )
    found = [(one.operation, one.usage.input_tokens, str(one.cost.provider_cost)) for one in events]
    assert found == [("embeddings", 6, "0.0003")]


FOUND = {"id": "s-1", "results": [{"title": "t", "url": "u", "snippet": "s"}]}


@pytest.mark.parametrize(
    ("options", "units", "cost"),
    [
        ({}, {"search_units": 1}, ("0.005", "priced")),
        ({"extra_body": {"search_type": "fast"}}, {"fast_search_units": 1}, (None, "unpriced")),
    ],
    ids=["search", "fast"],
)
def test_a_search_is_billed_by_the_request(options: Any, units: Any, cost: Any) -> None:
    with capture_events() as events:
        client(FOUND).search.create(query="Who?", **options)
    [event] = [one.to_dict() for one in events]
    assert (event["kind"], event["operation"], event["model"]) == ("call", "search", "search")
    assert (event["units"], event["usage_source"]) == (units, "provider")
    assert (event["total_cost_usd"], event["pricing_status"]) == cost
