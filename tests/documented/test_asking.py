"""Which hosts are asked for a stream's usage: where their own page says that they must be."""

from __future__ import annotations

import json
from typing import Any

import pytest

from aso.testing import capture_events
from tests.documented.replay import chat, said

ASKED = {"stream_options": {"include_usage": True}}
# host → what is added to a stream's request, by the host's page (2026-11-26):
HOSTS = {
    "https://api.novita.ai/openai/v1": ASKED,  # docs/api-reference/model-apis-llm-create-chat-...
    "https://api.tokenfactory.nebius.com/v1": ASKED,  # api-reference/inference/create-chat-comp...
    "https://router.huggingface.co/v1": ASKED,  # docs/inference-providers/tasks/chat-completion
    "https://api.deepinfra.com/v1/openai": {},  # chat/streaming: the last chunk has it, unasked
    "https://openrouter.ai/api/v1": {},  # docs/use-cases/usage-accounting: always, in the last event
    "https://api.groq.com/openai/v1": {},  # groq 1.7, chat_completion_chunk.py: x_groq.usage
}
CHUNKS = [
    {"id": "1", "model": "m", "choices": [{"index": 0, "delta": {"content": "Hello"}}]},
    {"id": "1", "model": "m", "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
    {"id": "1", "model": "m", "choices": [], "usage": {"prompt_tokens": 3, "completion_tokens": 1}},
    "[DONE]",
]


@pytest.mark.parametrize(("base", "added"), HOSTS.items(), ids=HOSTS)
def test_a_stream_is_asked_for_its_usage_where_the_page_says_so(
    base: str, added: dict[str, Any]
) -> None:
    request = {"model": "m", "messages": [{"role": "user", "content": "Hello"}], "stream": True}
    sent: list[bytes] = []
    exchange = {"url": f"{base}/chat/completions", "request": request, "response": CHUNKS}
    with capture_events() as events:
        assert chat({**exchange, "status": 200}, sent) is None
    assert json.loads(sent[0]) == request | added
    assert said(events[0], {"prompt_tokens": 3}) == {"prompt_tokens": 3}
