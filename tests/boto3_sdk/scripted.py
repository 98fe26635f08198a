"""The real boto3 against a server on this machine that answers as Bedrock's runtime does."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
import botocore
from botocore.config import Config

import aso
from aso.testing import capture_events
from tests import serving

MODEL = "anthropic.claude-haiku-4-5-20251001-v1:0"
QUESTION: Any = [{"role": "user", "content": [{"text": "Say hello."}]}]
USAGE = {"inputTokens": 1000, "outputTokens": 20, "totalTokens": 1020}
ANSWER = {
    "output": {"message": {"role": "assistant", "content": [{"text": "Hello!"}]}},
    "stopReason": "end_turn",
    "usage": USAGE,
    "metrics": {"latencyMs": 1},
}
MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-haiku-4-5-20251001",
    "content": [{"type": "text", "text": "Hello!"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 1000, "output_tokens": 20},
}


def frame(kind: str, payload: Mapping[str, Any]) -> bytes:
    """Return one message of a binary event stream, with its checksums."""
    body = json.dumps(payload).encode()
    named = {":message-type": "event", ":event-type": kind, ":content-type": "application/json"}
    headers = b"".join(_header(name, value) for name, value in named.items())
    head = struct.pack("!II", 16 + len(headers) + len(body), len(headers))
    head += struct.pack("!I", zlib.crc32(head))
    return head + headers + body + struct.pack("!I", zlib.crc32(head + headers + body))


def _header(name: str, value: str) -> bytes:
    text = value.encode()
    return bytes([len(name)]) + name.encode() + b"\x07" + struct.pack("!H", len(text)) + text


FRAMES = [
    frame("messageStart", {"role": "assistant"}),
    frame("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "Hel"}}),
    frame("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "lo!"}}),
    frame("messageStop", {"stopReason": "end_turn"}),
    frame("metadata", {"usage": USAGE, "metrics": {"latencyMs": 1}}),
]


class Script(serving.Script):
    """A scripted server, and clients of it."""

    stream_type = "application/vnd.amazon.eventstream"

    def client(self, service: str = "bedrock-runtime", session: Any = None) -> Any:
        """Return a client of one service whose endpoint is this server."""
        own = boto3.Session(aws_access_key_id="none", aws_secret_access_key="none")
        return (session or own).client(
            service,
            region_name="us-east-1",
            endpoint_url=f"http://{self.host}",
            config=Config(retries={"max_attempts": 2, "mode": "standard"}),
        )


@contextmanager
def playing(*answers: Any, **options: Any) -> Iterator[tuple[Any, list[aso.Event], Script]]:
    """Run a server and collect the events of a block: a client, they, and the server."""
    with serving.serving(Script(*answers)) as script, aso.instrument(sinks=[], **options):
        with capture_events() as events:
            yield script.client(), events, script


_COMPARED = """
    kind sdk provider endpoint operation model stream attempts outcome http_status error_type
    usage_source prompt_tokens completion_tokens prompt_chars completion_chars
"""
EXPECTED = {
    "kind": "call",
    "sdk": {"name": "botocore", "version": botocore.__version__},
    "provider": "bedrock",
    "endpoint": "converse",
    "operation": "chat",
    "model": MODEL,
    "attempts": 1,
    "outcome": "completed",
    "http_status": 200,
    "usage_source": "provider",
    "prompt_tokens": 1000,
    "completion_tokens": 20,
    "prompt_chars": 10,
    "completion_chars": 6,
}


def outline(event: aso.Event) -> dict[str, Any]:
    """Return what the tests compare of an event; what is None, 0 or empty is left out."""
    found = event.to_dict()
    return {name: found[name] for name in _COMPARED.split() if found.get(name)}
