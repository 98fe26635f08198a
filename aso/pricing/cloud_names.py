"""Names that clouds give to others' models → the name that their price lists are kept under.

Bedrock: ``[us.]anthropic.claude-sonnet-4-5-20250929-v1:0``, or an ARN that ends in it. The place in
front is part of the price: ``global.`` is the maker's list price, a region's may be dearer.
Vertex: ``publishers/anthropic/models/claude-sonnet-4-5@20250929``. Both as in Amazon's and Google's
model pages (docs.aws.amazon.com/bedrock/latest/userguide/models-supported.html,
platform.claude.com/docs/en/build-with-claude/claude-on-vertex-ai, read 2026-11-26).
"""

from __future__ import annotations

import re

# Places whose price lists are their own: never another's.
_OWN_LIST = frozenset({"global", "us-gov"})
_PLACE = re.compile(r"(?P<place>global|us-gov|us|eu|apac|jp|au|ca|in)\.(?P<name>.+\..+)")
_ARN = re.compile(r"arn:[^/]+/(?P<name>.+)")
_THROUGHPUT = re.compile(r"(?::\d+)?(?::\d+k)?$")  # `:0` is a version, `:200k` a context length
_CLAUDE = re.compile(r"(?P<name>anthropic\.claude-\D*\d.*?)(?:[-@]20\d{6})?(?:-v\d+)?")
_VERSION = re.compile(r"(?:@(?:20\d{6}|default|latest|\d{3})|(?<=\d)-20\d{6})$")


def bedrock(model: str) -> str:
    """Return the name without ARN, version and date; its place stays in front."""
    found = _ARN.fullmatch(model.lower())
    name = _THROUGHPUT.sub("", model.lower() if found is None else found["name"])
    place, name = place_of(name)
    if name.startswith("claude-"):  # as Claude itself answers
        name = f"anthropic.{name}"
    claude = _CLAUDE.fullmatch(name)
    name = name if claude is None else claude["name"]
    return f"{place}.{name}" if place else name


def place_of(name: str) -> tuple[str, str]:
    """Return the place in front of a Bedrock name, "" for none, and the name without it."""
    found = _PLACE.fullmatch(name)
    return ("", name) if found is None else (found["place"], found["name"])


def has_own_list(place: str) -> bool:
    """Return True where what other places charge says nothing of this one's price."""
    return place in _OWN_LIST


def vertex(model: str) -> str:
    """Return the name without publisher, version and date."""
    return _VERSION.sub("", model.lower().rpartition("/")[2])
