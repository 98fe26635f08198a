"""Reads a long answer without parsing its middle: what its head and its tail say.

The head is parsed up to the first value that does not end in it: Mistral and Perplexity tell their
usage before the text. The tail is parsed from the usage on. It is the answer's own if nothing is
closed after it but the answer, and what is around it: Groq's compound systems tell each model's
usage after the sum.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from aso.wire import CUT

_KEPT = 64 * 1024  # nothing longer than this is parsed a second time
_MOST_KEPT = 4 * _KEPT  # of what a caller reads itself; its middle is gone
_BEGUN = 4 * 1024  # of the head is parsed where the tail tells the usage
_NEAR = 512  # embeddings name their model between the vectors and the usage
_USAGES = (b'"usage"', b'"usageMetadata"', b'"usage_info"', b'"meta"', b'"inputTextTokenCount"')
_MOST_TRIED = 64
_CLOSED_AFTER = frozenset({"", "}", "}}", "]"})  # a line of a batch is two deep
# what stands beside the answer in the event that it is in
_BESIDE = re.compile(
    r'(?:,"(?:event_id|sequence_number|stream_id|finish_reason)":(?:"[^"\\]*"|\d+))+'
)
_NAMES = re.compile(rb'"(type|id|model|service_tier|status)"\s*:\s*"([^"\\]{1,200})"')
_KEY = re.compile(r'\s*[{,]\s*"([^"\\]+)"\s*:\s*')
_INSIDE = "response"  # of an event, where the answer stands
_BESIDE_USAGE = (  # may stand far before it
    b'"tool_usage"',
    b'"service_tier"',
    b'"model"',
    b'"modelVersion"',
)
_MOST_NAMESAKES = 8  # in the tools that an answer repeats, as in their schemas
_BACKGROUND = re.compile(rb'"background"\s*:\s*true')
_FINISH = re.compile(rb'"finishReason"\s*:\s*"(\w+)"')
_QUERIES = re.compile(rb'"webSearchQueries"\s*:\s*(\[[^\]]*\])')
_TOKENS = re.compile(rb'"statistics"\s*:\s*\{[^{}]*"token_count"\s*:\s*(\d+)')
_TOOL = re.compile(
    rb'"type"\s*:\s*"(\w+_call)"(?:[^{}]*"action"\s*:\s*\{[^{}]*?"type"\s*:\s*"(\w+)")?'
)
# Apart, where keys are sorted: a pattern that may start with anything takes a hundred times as long.
_ACTION_BEFORE = re.compile(rb'"action"\s*:\s*\{[^{}]*"type"\s*:\s*"(\w+)"[^{}]*\}[^{}]*$')
_IMAGE = b'"bytesBase64Encoded"'
_DECODER = json.JSONDecoder()


def ends(data: bytes) -> dict[str, Any] | None:
    """Return the head's and the tail's fields of a long answer; None: it is no whole answer."""
    found = next(_tails(data), None)
    begun = data[: _KEPT if found is None else _BEGUN]
    own, inside = _leading(begun.decode("utf-8", "ignore"))
    if found is None and not is_closed(data):
        return None
    start, tail, rest = found or (len(data), _statistics(data), "")
    near = data[:_KEPT] + data[max(start - _NEAR, 0) : start]
    head = own if inside is None else inside
    known = {**_between(data, start, rest), **tail, **head}
    fields = {**_names(near), **known, **_counted(data, start, known), CUT: True}
    return fields if inside is None else {**own, _INSIDE: fields}


def bounded(data: bytes) -> bytes:
    """Return a longer body's head and tail, joined where nothing is looked for."""
    return data if len(data) <= _MOST_KEPT else data[: _MOST_KEPT // 2] + data[-_MOST_KEPT // 2 :]


def is_closed(data: bytes) -> bool:
    """Return True where the text ends as it begins: a JSON object, or a list."""
    return (data.lstrip()[:1], data.rstrip()[-1:]) in {(b"{", b"}"), (b"[", b"]")}


def _tails(data: bytes) -> Iterator[tuple[int, dict[str, Any], str]]:
    """Yield from where, what, and what is closed after it, of each usage that is the answer's own."""
    first, end = max(len(data) - _KEPT, 0), len(data)
    for _ in range(_MOST_TRIED):
        end = max(data.rfind(name, first, end) for name in _USAGES)
        if end < 0:
            return
        tail, rest = _parsed(data, end)
        if rest in _CLOSED_AFTER:
            yield end, tail, rest


def _parsed(data: bytes, start: int) -> tuple[dict[str, Any], str]:
    """Return the fields from one on, until what they are in is closed, and what stands after it."""
    text = data[start:].decode("utf-8", "replace")
    try:
        fields, end = _DECODER.raw_decode("{" + text)
    except ValueError:
        return {}, "not JSON"
    return fields, _BESIDE.sub("", "".join(text[end - 1 :].split()), count=1)


def _leading(text: str) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """Return the fields that stand whole at the beginning; apart those of an answer in its event."""
    found: dict[str, Any] = {}
    end = 0
    while (key := _KEY.match(text, end)) is not None:
        try:
            value, end = _DECODER.raw_decode(text, key.end())
        except ValueError:
            return found, _leading(text[key.end() :])[0] if key[1] == _INSIDE else None
        if end < len(text) and value is not None:  # a number may go on
            found[key[1]] = value
    return found, None


def _names(text: bytes) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in _NAMES.findall(text):
        found.setdefault(name.decode(), value.decode())
    if _BACKGROUND.search(text):
        found["background"] = True
    return found


def _between(data: bytes, start: int, rest: str) -> dict[str, Any]:
    """Return the fields from the first of some on that stand between the long ones and the usage."""
    before = data[max(start - _KEPT, 0) : start]
    found: dict[str, Any] = {}
    for name in _BESIDE_USAGE:
        at = len(before)
        for _ in range(_MOST_NAMESAKES):
            at = before.rfind(name, 0, at)
            fields, after = _parsed(before[at:] + data[start:], 0) if at >= 0 else ({}, rest)
            if after == rest:
                found = max(found, fields, key=len)
                break
    return found


def _counted(data: bytes, start: int, fields: dict[str, Any]) -> dict[str, Any]:
    """Return what counts or ends an answer, and stands in its middle."""
    if "usageMetadata" in fields:
        return _candidate(data[max(start - _KEPT, 0) : start])
    found = () if "output" in fields else _TOOL.finditer(data)  # of a longer one: head and tail
    output = [{"type": one[1].decode(), "action": {"type": _action(one)}} for one in found]
    return {"output": output} if output else {}


def _action(call: re.Match[bytes]) -> str | None:
    """Return what a call did, if it says so: behind its type, or before it."""
    start = call.start()
    before = None if call[2] else _ACTION_BEFORE.search(call.string[max(start - _NEAR, 0) : start])
    found = call[2] or (before and before[1])
    return found.decode() if found else None


def _candidate(before: bytes) -> dict[str, Any]:
    """Return Gemini's candidate as far as it ends the answer, and says what was searched for."""
    finish = _FINISH.search(before)
    queries = [query for found in _QUERIES.findall(before) for query in _listed(found)]
    reason = None if finish is None else finish[1].decode()
    grounding = {"webSearchQueries": queries}
    return {"candidates": [{"finishReason": reason, "groundingMetadata": grounding}]}


def _listed(text: bytes) -> list[Any]:
    try:
        found: list[Any] = json.loads(text)
    except ValueError:  # a query with a bracket in it: not counted
        return []
    return found


def _statistics(data: bytes) -> dict[str, Any]:
    """Return what Vertex counts among the vectors, or how many images came, where all is here."""
    if len(data) == _MOST_KEPT:
        return {}
    told: list[dict[str, Any]] = [
        {"embeddings": {"statistics": {"token_count": int(count)}}}
        for count in _TOKENS.findall(data)
    ]
    told += [{"bytesBase64Encoded": CUT}] * data.count(_IMAGE)
    return {"predictions": told} if told else {}
