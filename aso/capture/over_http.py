"""SDKs over an HTTP client that is hooked itself: their hook owns the call, the client's reads it.

What is sent and answered is then read by the code that reads plain HTTP, whichever client an SDK's
version uses. An SDK's own file names its choke points and nothing else.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator, Mapping
from types import TracebackType
from typing import Any

from aso.capture.frame import FRAME, Frame
from aso.capture.seam import CURRENT, Seam
from aso.guard import say
from aso.hook import Hook, Wrapper
from aso.providers import UNKNOWN, Provider
from aso.wire.access import is_a

_LAST = object()
_UNSEEN = "is not seen: its calls are not counted; call instrument() before it is used"
_SAID: dict[str, float] = {}


class OverHttp(Seam):
    """The wrappers of one SDK.

    Attributes:
        is_sure: True where whatever is sent within a request is a call.
    """

    is_sure = False

    def wrapper(self, hook: Hook) -> Wrapper:
        """Return the role's wrapper; it is told which argument is the body."""
        role = super().wrapper(hook)

        def wrapper(wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
            frame = self._frame(hook, instance, args, kwargs)
            return wrapped(*args, **kwargs) if frame is None else role(frame, wrapped, args, kwargs)

        return wrapper

    def owns(self, args: Any, kwargs: Any) -> bool:
        """Return False where a request of the SDK's is none of its calls."""
        del args, kwargs
        return True

    def provider_of(self, instance: Any, args: Any, kwargs: Any) -> Provider:
        """Return who bills where the host does not say; a user's own gateway does not."""
        del instance, args, kwargs
        return UNKNOWN

    def _frame(self, hook: Hook, instance: Any, args: Any, kwargs: Any) -> Frame | None:
        """Return a new frame; None where another SDK's request is being made."""
        pipeline = self.pipeline
        if not pipeline.active or pipeline.guard.passive:
            return None
        if CURRENT.get() is not None or FRAME.get() is not None:
            return None
        with pipeline.guard:
            if not self.owns(args, kwargs):
                return None
            provider, body = self.provider_of(instance, args, kwargs), _body_in(hook, args, kwargs)
            speaker = self.integration.extends or self.integration.name
            return Frame(self.sdk(), provider, body, speaker, is_sure=self.is_sure)
        return None

    def request(self, frame: Frame, wrapped: Any, args: Any, kwargs: Any) -> Any:
        """Make one request; the caller's own, but that it is watched."""
        with _Made(self, frame):
            return wrapped(*args, **kwargs)

    async def request_async(self, frame: Frame, wrapped: Any, args: Any, kwargs: Any) -> Any:
        """The same, awaited."""
        with _Made(self, frame):
            return await wrapped(*args, **kwargs)

    def generator(
        self, frame: Frame, wrapped: Any, args: Any, kwargs: Any
    ) -> Generator[Any, None, None]:
        """Yield what the SDK's generator yields; it makes its request when the first is asked for."""
        inner = wrapped(*args, **kwargs)
        first = self.request(frame, next, (inner, _LAST), {})
        if first is _LAST:
            return
        try:
            yield first
            yield from inner
        except GeneratorExit:
            raise
        except BaseException as error:
            self.failed(frame, error)
            raise

    async def generator_async(
        self, frame: Frame, wrapped: Any, args: Any, kwargs: Any
    ) -> AsyncGenerator[Any, None]:
        """Return a generator around the one that the SDK returns once it has made its request."""
        return self._chunks(frame, await self.request_async(frame, wrapped, args, kwargs))

    async def _chunks(self, frame: Frame, inner: Any) -> AsyncGenerator[Any, None]:
        try:
            async for chunk in inner:
                yield chunk
        except GeneratorExit:
            raise
        except BaseException as error:
            self.failed(frame, error)
            raise
        finally:
            await inner.aclose()

    def failed(self, frame: Frame, error: BaseException) -> None:
        """End the call with the error that the caller is about to see."""
        with self.pipeline.guard:
            frame.failed(error)

    def returned(self, frame: Frame) -> None:
        """End a call whose answer is whole; a stream ends when it ends."""
        with self.pipeline.guard:
            frame.returned(self.pipeline.live)
            if not frame.is_seen:
                name = self.integration.distribution
                say(name, f"aso: {name} sends by a client that {_UNSEEN}", said=_SAID)


class _Made:
    """The time in which an SDK makes its request: the clients below know the frame."""

    __slots__ = ("_frame", "_kind")

    def __init__(self, kind: OverHttp, frame: Frame) -> None:
        self._kind = kind
        self._frame = frame

    def __enter__(self) -> None:
        FRAME.set(self._frame)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        FRAME.set(None)
        if error is None:
            self._kind.returned(self._frame)
        else:
            self._kind.failed(self._frame, error)


def _body_in(hook: Hook, args: Any, kwargs: Any) -> Mapping[str, Any] | None:
    if hook.body is None:
        return None
    place, name = hook.body
    body = kwargs[name] if name in kwargs else args[place] if len(args) > place else None
    return body if is_a(body, Mapping) else None
