"""One request, whoever makes it: policy before it, one event after it, the client untouched between.

A client's own file says three things: what is asked (`read_call`), what came back (`answered`) and
what of it is read at once (`body_of`). Sync and async differ in one ``await``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aso import stream
from aso.capture.seam import CURRENT, Seam
from aso.dimension_rules import parse_dims
from aso.ends import ends
from aso.framing import framing_of, framing_seen
from aso.inflight import Inflight
from aso.lines import Lines
from aso.parsing import parsed
from aso.pipeline import Pipeline
from aso.scanner import Scanner, read_whole
from aso.wire.access import TABLE, is_a

Begun = tuple[Inflight | None, Any, Any]  # the call, or None; the arguments to go on with

_OURS = "x-aso-"
_DIMS_HEADER = "x-aso-dims"
_MAX_SECOND_PARSE = 64 * 1024


class Capture(Seam):
    """The wrappers around one package's requests, where each is a call."""

    def request(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """Make one request; the caller's own, but that it is watched."""
        flight, args, kwargs = self.begin(instance, args, kwargs)
        if flight is None:
            return wrapped(*args, **kwargs)
        if self.pipeline.gates is not None:
            with self.pipeline.guard:
                flight.reserve(self.pipeline.gates)
        previous = CURRENT.get()
        CURRENT.set(flight)
        try:
            result = wrapped(*args, **kwargs)
        except BaseException as error:
            self.failed(flight, error)
            raise
        finally:
            CURRENT.set(previous)
        self.returned(flight, result)
        return result

    async def request_async(self, wrapped: Any, instance: Any, args: Any, kwargs: Any) -> Any:
        """The same, awaited."""
        flight, args, kwargs = self.begin(instance, args, kwargs)
        if flight is None:
            return await wrapped(*args, **kwargs)
        if self.pipeline.gates is not None:
            with self.pipeline.guard:
                await flight.areserve(self.pipeline.gates)
        previous = CURRENT.get()
        CURRENT.set(flight)
        try:
            result = await wrapped(*args, **kwargs)
        except BaseException as error:
            self.failed(flight, error)
            raise
        finally:
            CURRENT.set(previous)
        self.returned(flight, result)
        return result

    def begin(self, instance: Any, args: Any, kwargs: Any) -> Begun:
        """Start the call where it is one that can bill; a refusal is raised from here."""
        pipeline = self.pipeline
        if not pipeline.active or pipeline.guard.passive:
            return None, args, kwargs
        with pipeline.guard:
            return self.read_call(instance, args, kwargs)
        return None, args, kwargs

    def read_call(self, instance: Any, args: Any, kwargs: Any) -> Begun:
        """Return the call that the arguments ask for; a client's own file says how."""
        raise NotImplementedError

    def answered(self, flight: Inflight, response: Any) -> None:
        """Note an answer of httpx or httpx2; a body that is still to be read gets a watcher."""
        flight.response = response
        flight.http_status = response.status_code
        flight.answered += 1
        flight.attempts = flight.attempts or 1
        if flight.provider.counted_in:
            flight.read_headers(response.headers)
        if response.is_closed:
            flight.first_byte_at_ms = flight.now_ms()
            flight.completion_bytes = len(response.content)
        else:
            if flight.hides_usage:
                stream.conceal(response)
            stream.attach(response, flight, self.pipeline.guard)
            self.pipeline.live.add(flight)

    def body_of(self, flight: Inflight, result: Any, response: Any) -> Any:
        """Return what to read of an answer that came whole; None: it was read, or says nothing."""
        del result
        said = framing_of(response.headers.get("content-type", ""))
        framing = framing_seen(said, response.content)
        flight.stream = framing != "json" or flight.route.endpoint.startswith("stream")
        shape = flight.shape
        if shape is None:
            return None
        is_behind = shape.settles_apart or is_long(flight, response.content)
        if framing == "json" and not is_behind:
            body = json_of(response)
            if type(body) is TABLE or shape.takes_any_body:
                return body
            read_whole(body, shape, flight.answer)
            return None
        scanner = Lines(flight) if is_behind else Scanner(framing)
        scanner.feed(response.content)
        scanner.finish(shape, flight.answer)
        return None

    def returned(self, flight: Inflight, result: Any) -> None:
        """End a call whose answer is whole; a stream ends when it ends."""
        response, flight.response = flight.response, None
        if flight in self.pipeline.live:
            return
        with self.pipeline.guard:
            flight.stream = False
            # Without a response something else answered: nothing was sent, nothing bills.
            if response is not None and flight.shape is not None:
                flight.read_answer(self.body_of(flight, result, response))
        flight.exhausted()

    def failed(self, flight: Inflight, error: BaseException) -> None:
        """End a call with the error that the caller is about to see."""
        with self.pipeline.guard:
            response, flight.response = flight.response, None
            if response is not None and flight.shape is not None and response.is_closed:
                with self.pipeline.guard:
                    flight.read_answer(json_of(response))
            flight.failed(error)


def dims_in(headers: Any, pipeline: Pipeline) -> tuple[Mapping[str, str] | None, bool]:
    """Return the dimensions that headers carry, and whether any header is meant for aso."""
    dims, ours = None, False
    for name in headers or ():
        if name[:6].lower() != _OURS:
            continue
        ours = True
        if name.lower() == _DIMS_HEADER and is_a(headers[name], str):
            dims, breaches = parse_dims(headers[name])
            pipeline.dropped_dimensions += len(breaches)
    return dims, ours


def strip(headers: Any) -> None:
    """Take out the headers that are meant for aso."""
    for name in {name for name in headers if name.lower().startswith(_OURS)}:
        del headers[name]


def is_long(flight: Inflight, content: bytes) -> bool:
    """Return True where a job's end is too long to be read on the caller's time, and not by its ends."""
    is_thinned = flight.shape is not None and flight.shape.is_thinned
    return is_thinned and flight.settles and len(content) > _MAX_SECOND_PARSE


def json_of(response: Any) -> Any:
    """Return the JSON of an answer that is read; of a long one, its ends."""
    content = response.content
    if len(content) > _MAX_SECOND_PARSE:
        return ends(content)
    try:
        return parsed(content)
    except ValueError:  # a gateway's page, or nothing: no fault of ours, and it says nothing
        return None


__all__ = ["Begun", "Capture", "dims_in", "json_of", "strip"]
