"""What is spoken over one connection: which messages ask, and which answer each other one is part of.

A dialogue is made for one connection and sees its messages in order, as JSON; it keeps nothing of
them but the names of models.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol


class Ask(NamedTuple):
    """A message that asks for an answer.

    Attributes:
        lane: whose answers come one after the other: a connection may have several.
        body: what is asked, as a request's body.
        is_call: False where it only says what later answers are made by (their model).
    """

    lane: str
    body: Mapping[str, Any]
    is_call: bool = True


class Turn(NamedTuple):
    """A message that is part of an answer.

    Attributes:
        key: which answer: those of one connection may be mixed.
        said: what the answer's format reads of it.
        lane: where its answer was asked for, if it was; None: nobody asks for these.
        begins: False where it can only go on with what has begun.
        model: who made it, where the message itself does not say.
        ended: the outcome, where this is its answer's last message; a failure makes it an error.
        failure: what went wrong, in the provider's word for it (a code).
        shape: its format, where it is not the connection's own; then ``operation`` says what it is.
    """

    key: str
    said: Any
    lane: str | None = ""
    begins: bool = True
    model: str | None = None
    ended: str | None = None
    failure: str | None = None
    shape: str | None = None
    operation: str = "other"


class Unmetered:
    """What says nothing of its use: no message is looked into."""

    asking: str = ""
    silent: tuple[str, ...] = ("",)

    def asked(self, sent: Mapping[str, Any]) -> Ask | None:
        """Return None."""
        del sent
        return None

    def told(self, said: Mapping[str, Any]) -> Turn | None:
        """Return None."""
        del said
        return None


class Dialogue(Protocol):
    """One connection's messages.

    Attributes:
        asking: what stands in every message that asks; no other is looked into. Empty: none asks.
        silent: what stands at the head of messages that say nothing of use: sound, above all.
    """

    asking: str
    silent: tuple[str, ...]

    def asked(self, sent: Mapping[str, Any]) -> Ask | None:
        """Return what a message of the caller's asks for."""
        ...

    def told(self, said: Mapping[str, Any]) -> Turn | None:
        """Return what a message of the provider's is part of; None: of no answer."""
        ...
