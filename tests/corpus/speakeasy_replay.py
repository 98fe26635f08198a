"""Replays recorded exchanges of Mistral and OpenRouter through their own SDKs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.corpus.recordings import answered_of, named_in, request_body, rows
from tests.speakeasy_sdks.scripted import SDKS

SDK_OF = {sdk.provider: sdk for sdk in SDKS}
SOUND = {"file_name": "a.mp3", "content": b"sound"}
PAPER = {"type": "document_url", "document_url": "https://papers.internal/1.pdf"}
Ask = Callable[[Any, str], Any]
# What a recording asked for; of the words only as many as the SDK wants, for the answer is what counts.
ASKED: Mapping[tuple[str, str], Ask] = {
    ("mistral", "embeddings"): lambda sdk, model: sdk.embeddings.create(model=model, inputs="Hi"),
    ("mistral", "ocr"): lambda sdk, model: sdk.ocr.process(model=model, document=PAPER),
    ("mistral", "audio/speech"): lambda sdk, model: sdk.audio.speech.complete(
        model=model, input="Hi", voice_id="en_paul_neutral"
    ),
    ("mistral", "audio/transcriptions"): lambda sdk, model: sdk.audio.transcriptions.complete(
        model=model, file=SOUND
    ),
    ("openrouter", "embeddings"): lambda sdk, model: sdk.embeddings.generate(
        model=model, input="Hi"
    ),
    ("openrouter", "rerank"): lambda sdk, model: sdk.rerank.rerank(
        model=model, query="Hi", documents=["Hi"]
    ),
    ("openrouter", "audio/speech"): lambda sdk, model: sdk.tts.create_speech(
        model=model, input="Hi", voice="af_bella"
    ).read(),
    ("openrouter", "audio/transcriptions"): lambda sdk, model: sdk.stt.create_transcription(
        model=model, input_audio={"data": "aGk=", "format": "mp3"}
    ),
}


def records() -> Iterator[dict[str, Any]]:
    """Yield the billable exchanges with the two, 2xx only, that the installed SDK can ask for."""
    for row in rows():
        is_ours = row["provider"] in SDK_OF and row["expected"]["billable_call"]
        if is_ours and not (row["endpoint"] == "audio/speech" and _is_first(row["provider"])):
            yield row


def send(record: Mapping[str, Any]) -> None:
    """Make the recorded call and read its answer to the end."""
    sdk = SDK_OF[record["provider"]]
    client = sdk.open(lambda request: _answer(record, sdk.http))
    model = str(request_body(record).get("model") or named_in(record))
    if record["endpoint"] != "chat/completions":
        ASKED[sdk.provider, record["endpoint"]](client, model)
    elif not record["expected"]["stream"]:
        sdk.ask(client, model=model)
    else:
        for _ in sdk.stream(client, model=model):
            pass


def _is_first(provider: str) -> bool:
    """Return True for mistralai 1.x, which does not speak."""
    return provider == "mistral" and SDK_OF[provider].version.startswith("1.")


def _answer(record: Mapping[str, Any], http: Any) -> Any:
    headers, body = answered_of(record)

    class Pieces(http.SyncByteStream):  # type: ignore[misc, name-defined]
        def __iter__(self) -> Iterator[bytes]:
            for start in range(0, len(body), 1000):
                yield body[start : start + 1000]

    return http.Response(record["status"], headers=headers, stream=Pieces())
