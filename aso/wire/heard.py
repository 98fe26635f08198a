"""Mistral's transcriptions and its speech over a websocket: each ends with its usage.

``audio/transcriptions/realtime``, ``audio/speech/realtime``; fields: the types of mistralai 3.7
(TranscriptionStreamDone, SpeechStreamDone, 2026-11-26), which are those of its streams over HTTP.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aso.wire.access import text
from aso.wire.dialogue import Ask, Turn


class Heard:
    """One connection: sound goes out, text comes back."""

    asking = ""
    silent = ()
    family, end = "transcription.", "transcription.done"

    def asked(self, sent: Mapping[str, Any]) -> Ask | None:
        """Return None: the model stands in the address, and sound asks for nothing by itself."""
        del sent
        return None

    def told(self, said: Mapping[str, Any]) -> Turn | None:
        """Return the transcription, or the speech, that an event is part of."""
        kind = text(said.get("type")) or ""
        if not kind.startswith(self.family):
            return None
        ended = "completed" if kind == self.end else None
        return Turn("", said, ended=ended)


class Spoken(Heard):
    """The other way: text goes out, sound comes back."""

    family, end = "speech.audio.", "speech.audio.done"
