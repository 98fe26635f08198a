"""A gRPC server on this machine that answers as xAI does: real channels, nothing leaves."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

grpc: Any = pytest.importorskip("grpc")
pytest.importorskip("xai_sdk")

from xai_sdk.proto import (  # noqa: E402
    batch_pb2,
    batch_pb2_grpc,
    chat_pb2,
    chat_pb2_grpc,
    deferred_pb2,
    image_pb2,
    image_pb2_grpc,
    sample_pb2,
    sample_pb2_grpc,
    usage_pb2,
    video_pb2,
    video_pb2_grpc,
)

MODEL = "grok-4"
STOP = sample_pb2.FinishReason.Value("REASON_STOP")
ASSISTANT = chat_pb2.MessageRole.ROLE_ASSISTANT
DONE, PENDING = deferred_pb2.DeferredStatus.DONE, deferred_pb2.DeferredStatus.PENDING


def usage(**more: Any) -> Any:
    """Return what xAI counts: reasoning stands outside the completion."""
    counts = {"prompt_tokens": 100, "cached_prompt_text_tokens": 64, "prompt_text_tokens": 100}
    spent = {"completion_tokens": 20, "reasoning_tokens": 30, "total_tokens": 150}
    return usage_pb2.SamplingUsage(**{**counts, **spent, "cost_in_usd_ticks": 12_500_000, **more})


def completion(n: int = 1, spent: Any = None) -> Any:
    """Return a whole completion."""
    message = chat_pb2.CompletionMessage(content="Hello!", role=ASSISTANT)
    output = {"finish_reason": STOP, "message": message}
    outputs = [chat_pb2.CompletionOutput(index=index, **output) for index in range(n)]
    return chat_pb2.GetChatCompletionResponse(
        id="c-1", model=f"{MODEL}-0709", outputs=outputs, usage=spent or usage()
    )


def chunks() -> Iterator[Any]:
    """Yield a streamed one; its usage grows."""
    for text, reason, spent in (("Hel", 0, 2), ("lo!", STOP, 20)):
        delta = chat_pb2.Delta(content=text, role=ASSISTANT)
        output = chat_pb2.CompletionOutputChunk(delta=delta, finish_reason=reason)
        counted = usage(completion_tokens=spent, total_tokens=130 + spent)
        yield chat_pb2.GetChatCompletionChunk(
            id="c-1", model=f"{MODEL}-0709", outputs=[output], usage=counted
        )


class Chat(chat_pb2_grpc.ChatServicer):  # type: ignore[misc]
    """Answers each method once ``error`` is None, else with that status."""

    def __init__(self) -> None:
        self.error: Any = None
        self.usage: Any = None
        self.looks = 0
        self.requests: list[Any] = []

    def _came(self, request: Any, context: Any) -> None:
        self.requests.append(request)
        if self.error is not None:
            context.abort(self.error, "as the test says")

    def GetCompletion(self, request: Any, context: Any) -> Any:
        self._came(request, context)
        return completion(request.n or 1, self.usage)

    def GetCompletionChunk(self, request: Any, context: Any) -> Iterator[Any]:
        self._came(request, context)
        yield from chunks()

    def StartDeferredCompletion(self, request: Any, context: Any) -> Any:
        self._came(request, context)
        return deferred_pb2.StartDeferredResponse(request_id="d-1")

    def GetDeferredCompletion(self, request: Any, context: Any) -> Any:
        self.looks += 1
        if self.looks == 1:
            return chat_pb2.GetDeferredCompletionResponse(status=PENDING)
        return chat_pb2.GetDeferredCompletionResponse(status=DONE, response=completion())

    def CompactContext(self, request: Any, context: Any) -> Any:
        self._came(request, context)
        return chat_pb2.CompactContextResponse(id="k-1", encrypted_content="e", usage=usage())


class Image(image_pb2_grpc.ImageServicer):  # type: ignore[misc]
    def GenerateImage(self, request: Any, context: Any) -> Any:
        images = [image_pb2.GeneratedImage(url="https://images.internal/1")] * (request.n or 1)
        told = usage_pb2.SamplingUsage(cost_in_usd_ticks=700_000_000)
        return image_pb2.ImageResponse(model="grok-imagine", images=images, usage=told)


class Video(video_pb2_grpc.VideoServicer):  # type: ignore[misc]
    def GenerateVideo(self, request: Any, context: Any) -> Any:
        return deferred_pb2.StartDeferredResponse(request_id="v-1")

    def GetDeferredVideo(self, request: Any, context: Any) -> Any:
        video = video_pb2.GeneratedVideo(url="https://videos.internal/1", duration=6)
        told = usage_pb2.SamplingUsage(cost_in_usd_ticks=3_000_000_000)
        found = video_pb2.VideoResponse(video=video, model="grok-imagine-video", usage=told)
        return video_pb2.GetDeferredVideoResponse(status=DONE, response=found)


class Batches(batch_pb2_grpc.BatchMgmtServicer):  # type: ignore[misc]
    def CreateBatch(self, request: Any, context: Any) -> Any:
        return batch_pb2.Batch(batch_id="b-1")

    def GetBatch(self, request: Any, context: Any) -> Any:
        cost = batch_pb2.BatchCostBreakdown(total_cost_usd_ticks=25_000_000)
        state = batch_pb2.BatchState(num_requests=2, num_success=2)
        return batch_pb2.Batch(batch_id="b-1", state=state, cost_breakdown=cost)


class Sample(sample_pb2_grpc.SampleServicer):  # type: ignore[misc]
    def SampleTextStreaming(self, request: Any, context: Any) -> Iterator[Any]:
        for text, reason in (("Hel", 0), ("lo!", STOP)):
            choice = sample_pb2.SampleChoice(text=text, finish_reason=reason)
            yield sample_pb2.SampleTextResponse(
                id="s-1", model=MODEL, choices=[choice], usage=usage()
            )


class Server:
    """The services on a port of 127.0.0.1."""

    def __init__(self) -> None:
        self.chat = Chat()
        self._server = grpc.server(ThreadPoolExecutor(4))
        chat_pb2_grpc.add_ChatServicer_to_server(self.chat, self._server)
        image_pb2_grpc.add_ImageServicer_to_server(Image(), self._server)
        video_pb2_grpc.add_VideoServicer_to_server(Video(), self._server)
        sample_pb2_grpc.add_SampleServicer_to_server(Sample(), self._server)
        batch_pb2_grpc.add_BatchMgmtServicer_to_server(Batches(), self._server)
        self.host = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"

    def __enter__(self) -> Server:
        self._server.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.stop(None).wait()
