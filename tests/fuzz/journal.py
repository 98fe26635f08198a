"""What holds for whatever bytes a journal may have: for hypothesis, and for atheris (`make fuzz`)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from typing import Any
from zlib import crc32

from aso.deriving import Derive
from aso.facts import Facts, Origin, decode
from aso.journal.layout import (
    MAGIC,
    RECORD_HEAD_BYTES,
    checksum,
    decode_header,
    pack_head,
    read_records,
)
from aso.wire import FORMATS

ORIGIN = Origin("test", None, "0.1.0")
# aso.record() checks what it writes where it is written (aso.recording).
PROVIDERS_FORMATS = sorted(FORMATS.keys() - {"record"})
_ALL = 1 << 30


def read(data: bytes) -> list[bytes]:
    """Return the payloads of a segment's bytes, whatever they are."""
    header = decode_header(data)
    if header is not None:
        assert isinstance(header.origin, Origin)
        assert type(header.ordinal) is type(header.pid) is type(header.created_ms) is int
    start = header.start if header is not None else 0
    assert 0 <= start <= len(data)
    found, end, _ = read_records(data, start, _ALL)
    assert end - start == sum(RECORD_HEAD_BYTES + len(one) for one in found)
    assert one_by_one(data, start) == (found, end)
    return found


def one_by_one(data: bytes, offset: int) -> tuple[list[bytes], int]:
    """Return what is read by asking for one record at a time."""
    found = list[bytes]()
    while part := read_records(data, offset, 1)[0]:
        found += part
        offset = read_records(data, offset, 1)[1]
    return found, offset


def segment(header: bytes, payloads: Sequence[bytes]) -> bytes:
    """Return a segment whose checksums are right, whatever is in it."""
    fixed = MAGIC + b"".join(
        number.to_bytes(4, "little") for number in (1, len(header), crc32(header))
    )
    return fixed + header + b"".join(pack_head(len(one), checksum(one)) + one for one in payloads)


def decoded(payload: bytes) -> None:
    """Decode a record; one that is not ours is a ValueError, and nothing else."""
    with suppress(ValueError):
        assert isinstance(decode(payload), Facts)


def derived(wire: str, usage: Any, extra: Any) -> dict[str, Any]:
    """Return the event of a call whose answer said that: there is one, whatever it said."""
    facts = _FACTS._replace(wire=wire, usage=usage, extra=extra)
    event = _derive()(json.dumps(facts).encode(), ORIGIN)
    document = event.to_dict()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    return document


@cache
def _derive() -> Derive:
    return Derive()


_FACTS = Facts(
    kind="call",
    event_id="01a20942-7399-72fe-8744-febd7c5d0000",
    revision=0,
    revision_reason=None,
    started_at_ms=1_795_420_800_000,
    first_byte_at_ms=None,
    ended_at_ms=1_795_420_800_400,
    sdk=("openai", "3.57.0"),
    provider="openai",
    host="api.openai.com",
    endpoint="chat/completions",
    operation="chat",
    wire="chat",
    request_model="gpt-5.4",
    model="gpt-5.4",
    generation_id="chatcmpl-1",
    stream=False,
    service_tier=None,
    attempts=1,
    attempts_unknown=0,
    outcome="completed",
    http_status=200,
    error_type=None,
    usage=None,
    extra=None,
    complete=True,
    prompt_chars=None,
    completion_chars=None,
    completion_bytes=None,
    dims={},
    function=None,
    trace_id=None,
    span_id=None,
)
