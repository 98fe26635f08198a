"""``provider:pattern`` with a trailing wildcard, as the hosted product writes allow-lists."""

from __future__ import annotations

from collections.abc import Iterable

ALIASES = {"google-ai-studio": "google"}


class Patterns:
    """A compiled list: exact names in a set, prefixes in a tuple.

    Attributes:
        texts: the patterns as they were written.
        is_everything: True where ``*`` is among them.
    """

    __slots__ = ("_exact", "_prefixes", "is_everything", "texts")

    def __init__(self, texts: Iterable[str]) -> None:
        self.texts = tuple(texts)
        spelled = [_spelled(text) for text in self.texts]
        self.is_everything = "*" in spelled
        self._exact = frozenset(text for text in spelled if not text.endswith("*"))
        self._prefixes = tuple(text[:-1] for text in spelled if text.endswith("*"))

    def match(self, name: str) -> bool:
        """Return True where one of the patterns covers the name, e.g. ``openai:gpt-4o``."""
        return self.is_everything or name in self._exact or name.startswith(self._prefixes)


def _spelled(text: str) -> str:
    provider, colon, pattern = text.partition(":")
    return f"{ALIASES.get(provider, provider)}{colon}{pattern}"
