"""What a process remembers of jobs that it saw, where their ends do not say it: the newest alone."""

from __future__ import annotations

from typing import TypeVar

MOST = 1024
Value = TypeVar("Value")


class Remembered(dict[str, Value]):
    """An identity → what is known of it; bounded, and gone with the process."""

    def keep(self, identity: str, value: Value) -> None:
        """Remember one more; the oldest is forgotten for it."""
        self.pop(identity, None)
        self[identity] = value
        if len(self) > MOST:
            self.pop(next(iter(self)), None)
