"""What the bytes mean: one small file per wire format; this is their register.

A file is loaded with the first call that speaks its format: a program speaks one or two.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from aso.wire.dialogue import Dialogue
from aso.wire.shape import CUT, Answer, Shape

# The file → the formats that are in it, by the names that journals have.
_FILES: Mapping[str, tuple[str, ...]] = {
    "asynchronous_chat": ("asynchronous_chat",),
    "audio": ("transcription", "speech"),
    "batch_files": ("batches_in_files", "batch_lines"),
    "bedrock": ("bedrock",),
    "chat_completions": ("chat_completions",),
    "cohere": ("cohere",),
    "completions": ("completions", "fim", "complete"),
    "conversations": ("conversations",),
    "embeddings": ("embeddings", "moderations"),
    "fireworks_batches": ("fireworks_batches",),
    "generate_content": ("generate_content", "embed_content", "predict", "interactions"),
    "google_batches": ("google_batches", "google_lines"),
    "google_videos": ("google_videos",),
    "images": ("images",),
    "jobs": ("runs", "batches", "videos", "agent_sessions"),
    "live": ("live",),
    "message_results": ("message_results",),
    "messages": ("messages",),
    "mistral_batches": ("mistral_batches",),
    "ollama": ("ollama",),
    "per_request": ("search", "bedrock_reranking", "guardrail"),
    "ranking": ("rerank", "ocr", "decisions"),
    "realtime": ("realtime", "realtime_transcription"),
    "record": ("record",),
    "responses": ("responses",),
    "vertex_batches": ("vertex_batches",),
    "voice": ("voice",),
    "xai": (
        *("xai_chat", "xai_deferred", "xai_images", "xai_embeddings", "xai_batches"),
        "xai_samples",
    ),
    "xai_results": ("xai_results",),
}
FORMATS: Mapping[str, str] = {name: file for file, names in _FILES.items() for name in names}
"""Every format → its file."""


class _Shapes(dict[str, Shape]):
    """Format → Shape; what is not there yet is loaded from its file."""

    def __missing__(self, name: str) -> Shape:
        values = vars(import_module(f"aso.wire.{FORMATS[name]}")).values()
        found = {one.name: one for one in values if isinstance(one, Shape)}
        self.update(found)
        return found[name]


SHAPES: Mapping[str, Shape] = _Shapes()

# The format → the file and class of what is spoken over a connection, where it is one that stays open.
_DIALOGUES: Mapping[str, str] = {
    "interactions": "live_interactions.LiveInteractions",
    "live": "live.Live",
    "realtime": "realtime.Realtime",
    "responses": "websocket_mode.WebsocketMode",
    "speech": "heard.Spoken",
    "transcription": "heard.Heard",
    "voice": "voice.Voice",
}


def dialogue(name: str) -> Dialogue:
    """Return what reads the messages of one more connection that speaks a format."""
    file, _, kind = _DIALOGUES[name].partition(".")
    made: Dialogue = getattr(import_module(f"aso.wire.{file}"), kind)()
    return made


__all__ = ["CUT", "FORMATS", "SHAPES", "Answer", "Dialogue", "Shape", "dialogue"]
