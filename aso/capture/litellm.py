"""LiteLLM: policy where a call is set up; one event where its own HTTP handler sends.

What it sends by the OpenAI SDK is that SDK's call, and so is its event. Its own handler, of httpx,
also fetches tokens, counts and delivers logs: `Litellm.owns` says what of that is a call. Files read:
utils.py, litellm_core_utils/litellm_logging.py and streaming_handler.py, llms/custom_httpx/
http_handler.py, and the 450 posts under llms/ (1.60.0, 1.80.0, 1.106.2;
of 1.110.2 the handler of streams; 2026-11-26).
"""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

from aso.capture.call import dims_in
from aso.capture.frame import Frame
from aso.capture.litellm_call import asked_of
from aso.capture.litellm_names import provider_named
from aso.capture.litellm_stack import asks_a_provider, logging_object
from aso.capture.over_http import OverHttp
from aso.capture.seam import Seam
from aso.hook import Hook, Integration, Wrapper
from aso.inflight import FIRST_ERROR_STATUS, Inflight
from aso.pipeline import Pipeline
from aso.providers import UNKNOWN, Provider
from aso.routes import find


class Litellm(OverHttp):
    """The wrappers of LiteLLM's own: its set-up of a call, its HTTP handlers, its streams."""

    is_sure = True  # what a handler posts, it posts itself; `owns` has looked at it

    def __init__(
        self, pipeline: Pipeline, integration: Integration, *, only_below: bool = False
    ) -> None:
        super().__init__(pipeline, integration, only_below=only_below)
        self._streams: WeakKeyDictionary[Any, Inflight] = WeakKeyDictionary()
        pipeline.frameworks.append(_billed_by)

    def wrapper(self, hook: Hook) -> Wrapper:
        """Return the role's wrapper; only requests have a frame."""
        if hook.role == "request":
            return super().wrapper(hook)
        return Seam.wrapper(self, hook)

    def early(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """Refuse a call where LiteLLM hands the refusal on as it is, and no fallback hides it."""
        del instance
        pipeline = self.pipeline
        if pipeline.policy is not None and pipeline.active and not pipeline.guard.passive:
            with pipeline.guard:
                self._forbid(args, kwargs)
        return wrapped(*args, **kwargs)

    def request(self, frame: Frame, wrapped: Any, args: Any, kwargs: Any) -> Any:
        """Make one request; of a stream, remember whose it is."""
        result = super().request(frame, wrapped, args, kwargs)
        self._remember(frame, kwargs)
        return result

    async def request_async(self, frame: Frame, wrapped: Any, args: Any, kwargs: Any) -> Any:
        """The same, awaited."""
        result = await super().request_async(frame, wrapped, args, kwargs)
        self._remember(frame, kwargs)
        return result

    def end(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """Return the next chunk; where there is none, the call is over, whatever is left unread."""
        try:
            return wrapped(*args, **kwargs)
        except StopIteration:
            self._ended(instance)
            raise

    async def end_async(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """The same, awaited."""
        try:
            return await wrapped(*args, **kwargs)
        except StopAsyncIteration:
            self._ended(instance)
            raise

    def close(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """Close a stream; one whose last chunk was handed out is over, not cancelled."""
        if getattr(instance, "sent_last_chunk", False):
            self._ended(instance)
        return wrapped(*args, **kwargs)

    async def close_async(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """The same, awaited."""
        if getattr(instance, "sent_last_chunk", False):
            self._ended(instance)
        return await wrapped(*args, **kwargs)

    def owns(self, args: Any, kwargs: Any) -> bool:
        """Return True where a request of the handler is a call to a provider.

        Inference hands its logging object on, or has it at least. Without one, code under
        litellm/llms also asks for OAuth's tokens and counts: there the route must be one we know.
        """
        if kwargs.get("logging_obj") is not None:
            return True
        is_providers, has_log = asks_a_provider()
        if has_log or not is_providers:
            return has_log
        route = find(str(kwargs["url"] if "url" in kwargs else args[0]))
        return route is None or route.shape is not None

    def provider_of(self, instance: Any, args: Any, kwargs: Any) -> Provider:
        """Return who bills where the host does not say: whom LiteLLM was asked for."""
        del instance, args
        return _said(kwargs.get("logging_obj") or logging_object())

    def _forbid(self, args: Any, kwargs: Any) -> None:
        asked = asked_of(args, kwargs, self.pipeline.hosts)
        if asked is None:
            return
        call_dims, _ = dims_in(asked.headers, self.pipeline)
        client_dims, _ = dims_in(asked.client_headers, self.pipeline)
        self.pipeline.forbid(
            provider=asked.provider,
            host=asked.host,
            route=asked.route,
            models=asked.models,
            stream=asked.stream,
            sdk=self.sdk(),
            client_dims=client_dims,
            call_dims=call_dims,
        )

    def _remember(self, frame: Frame, kwargs: Any) -> None:
        flight = frame.flight
        if flight is None or flight not in self.pipeline.live:
            return
        with self.pipeline.guard:
            logging = kwargs.get("logging_obj") or logging_object()
            if logging is not None:
                self._streams[logging] = flight

    def _ended(self, stream: Any) -> None:
        """End a stream that LiteLLM read as far as it needs: to the reason why the model stopped."""
        with self.pipeline.guard:
            logging: Any = getattr(stream, "logging_obj", None)
            flight = self._streams.pop(logging, None) if logging is not None else None
            if flight is not None and not flight.is_finished:
                flight.scan()
                flight.answer.complete = True
                flight.finish("completed")

    def failed(self, frame: Frame, error: BaseException) -> None:
        """End a call; an error's answer is told by its status: the handler's exception is its own."""
        flight = frame.flight
        if flight is not None and (flight.http_status or 0) >= FIRST_ERROR_STATUS:
            self.returned(frame)
        else:
            super().failed(frame, error)


def _billed_by() -> Provider | None:
    """Return who bills a request of the SDK below; None where it is not LiteLLM that makes it."""
    logging = logging_object()
    return None if logging is None else _said(logging)


def _said(logging: Any) -> Provider:
    details = getattr(logging, "model_call_details", None)
    return UNKNOWN if details is None else provider_named(details.get("custom_llm_provider"))
