"""W3C baggage, the header: listed entries out of it, dimensions into it; what else is in it stays.

The format is https://www.w3.org/TR/baggage (its source, w3c/baggage HTTP_HEADER_FORMAT.md, read
2026-11-26): ``key=value;property,key=value``, keys are tokens, values percent-encoded UTF-8, at least
64 members and 8192 bytes are passed on by everyone. Values are read as OpenTelemetry for Python reads
them (1.45, opentelemetry.baggage.propagation): ``+`` is a space, as it writes one; so we write
neither: ``%20`` and ``%2B`` mean the same to every reader.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any
from urllib.parse import quote, unquote_plus

HEADER = "baggage"
MAX_MEMBERS = 64
MAX_BYTES = 8192
_SPACE = " \t"
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110, section 5.6.2
_LISTS: tuple[Any, ...] = (list, tuple)


def is_key(text: str) -> bool:
    """Return whether a text can be the key of an entry."""
    return _TOKEN.fullmatch(text) is not None


def entries(header: str, keys: Collection[str]) -> Iterator[tuple[str, str]]:
    """Yield the entries with one of the keys, decoded; octets that are no UTF-8 as U+FFFD."""
    for member in header.split(","):
        key, equals, value = member.partition(";")[0].partition("=")
        if equals and key.strip(_SPACE) in keys:
            yield key.strip(_SPACE), unquote_plus(value.strip(_SPACE))


def laid_into(header: str, dims: Mapping[str, str]) -> tuple[str, list[str]]:
    """Return the header with the dimensions as its last members, and the keys that had no room.

    They take the place of members with the same key. All others stay as they are, also where they
    are more than fits: then nothing is added.
    """
    members = [member for member in header.split(",") if member.strip(_SPACE)]
    members = [member for member in members if _key_of(member) not in dims]
    length = sum(len(member) + 1 for member in members)
    left_out: list[str] = []
    for key, value in dims.items():
        member = f"{key}={quote(value, safe='')}"
        if len(members) >= MAX_MEMBERS or length + len(member) > MAX_BYTES:
            left_out.append(key)
        else:
            members.append(member)
            length += len(member) + 1
    return ",".join(members), left_out


def text_of(value: Any) -> str:
    """Return a header's value as text: a str, bytes, or a list of them, which is one header in parts."""
    if isinstance(value, _LISTS):
        return ",".join(text_of(part) for part in value)
    return value.decode("latin-1") if isinstance(value, bytes) else str(value or "")


def _key_of(member: str) -> str:
    return member.partition(";")[0].partition("=")[0].strip(_SPACE)
