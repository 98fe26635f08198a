"""A provider that answers at once, in a process of its own: for crowds of clients.

    python -m benchmarks.crowd_server   # prints its address and serves until it is killed

Knows no HTTP but what the clients send: a head, a content-length or chunks, the next request after it.
"""

from __future__ import annotations

import asyncio
import json

_CHAT = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "created": 1,
    "model": "gpt-4o-mini",
    "choices": [
        {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hi"}}
    ],
    "usage": {"prompt_tokens": 11, "completion_tokens": 22, "total_tokens": 33},
}
_MESSAGE = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-haiku-4-5",
    "content": [{"type": "text", "text": "Hi"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 11, "output_tokens": 22},
}
_GENERATED = {
    "candidates": [
        {"content": {"role": "model", "parts": [{"text": "Hi"}]}, "finishReason": "STOP"}
    ],
    "usageMetadata": {"promptTokenCount": 11, "candidatesTokenCount": 22, "totalTokenCount": 33},
    "modelVersion": "gemini-2.5-flash",
}
_ANSWERS = (("chat/completions", _CHAT), ("messages", _MESSAGE), ("generateContent", _GENERATED))


def answer_to(url: str) -> object:
    """Return what a path is answered with."""
    return next(document for path, document in _ANSWERS if path in url)


def _response(document: object) -> bytes:
    body = json.dumps(document).encode()
    head = (
        f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


_RESPONSES = [(path.encode(), _response(document)) for path, document in _ANSWERS]


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            await _skip_body(reader, head.lower())
            line = head.partition(b"\r\n")[0]
            writer.write(next(data for path, data in _RESPONSES if path in line))
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def _skip_body(reader: asyncio.StreamReader, head: bytes) -> None:
    if b"transfer-encoding: chunked" in head:
        await reader.readuntil(b"\r\n0\r\n\r\n")
    elif b"content-length: " in head:
        length = head.partition(b"content-length: ")[2].partition(b"\r\n")[0]
        await reader.readexactly(int(length))


async def _main() -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", 0, backlog=4096)
    address, port = server.sockets[0].getsockname()[:2]
    print(f"{address}:{port}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_main())
