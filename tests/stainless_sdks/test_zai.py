"""z.ai's own: what its names mean there, and nowhere else."""

from __future__ import annotations

from typing import Any

import httpx
from zai import ZaiClient

from aso.testing import capture_events
from tests.openai_sdk.scripted import MESSAGES

ANSWER: dict[str, Any] = {"id": "1", "agent_id": "general_translation", "choices": []}


def test_invoking_an_agent_can_bill_where_others_only_make_one() -> None:
    transport = httpx.MockTransport(lambda request: httpx.Response(200, json=ANSWER))
    with capture_events() as events:
        client = ZaiClient(api_key="none", http_client=httpx.Client(transport=transport))
        client.agents.invoke(agent_id="general_translation", messages=MESSAGES)
    assert [(one.kind, one.provider, one.endpoint) for one in events] == [
        ("unmetered", "zai", "agents")
    ]
