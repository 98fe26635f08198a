"""One request of an SDK, while an HTTP client below makes it: what the two tell each other.

The SDK's side says who asks and what; the client's side begins the call with the first thing that is
sent, and counts each further one as an attempt at it.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from aso.inflight import Inflight
from aso.providers import Provider


class Frame:
    """Made by the SDK's hook, filled by the client's.

    Attributes:
        sdk: name and version, for the event.
        provider: who bills where the host does not say.
        speaker: whose names its paths have, where the host does not say.
        body: the request's body before it is written, where the SDK shows it.
        flight: the call, once something was sent.
        is_sure: True where whatever is sent is a call; else a token may be fetched, too.
        is_seen: True once a client below was asked to send anything.
    """

    __slots__ = ("body", "flight", "is_seen", "is_sure", "provider", "sdk", "speaker")

    def __init__(
        self,
        sdk: tuple[str, str],
        provider: Provider,
        body: Mapping[str, Any] | None,
        speaker: str = "",
        *,
        is_sure: bool = False,
    ) -> None:
        self.sdk = sdk
        self.provider = provider
        self.speaker = speaker
        self.body = body
        self.flight: Inflight | None = None
        self.is_sure = is_sure
        self.is_seen = False

    def again(self) -> Inflight | None:
        """Return the call that one more request is an attempt at; None where it is the first."""
        return None if self.flight is None or self.flight.is_finished else self.flight

    def failed(self, error: BaseException) -> None:
        """End the call with the error that the caller is about to see."""
        if self.flight is not None:
            self.flight.ended_by(error)

    def returned(self, live: set[Inflight]) -> None:
        """End a call whose answer is whole; a stream ends when it ends."""
        flight = self.flight
        if flight is not None and flight not in live and not flight.errored():
            flight.finish("completed")


FRAME: ContextVar[Frame | None] = ContextVar("aso_current_frame", default=None)
