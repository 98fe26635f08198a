"""What the bytes mean: one small file per wire format; this is their register."""

from __future__ import annotations

from collections.abc import Mapping

from aso.wire import (
    audio,
    bedrock,
    chat_completions,
    cohere,
    completions,
    conversations,
    embeddings,
    generate_content,
    google_batches,
    images,
    jobs,
    message_results,
    messages,
    ranking,
    record,
    responses,
    xai,
)
from aso.wire.shape import Answer, Shape

SHAPES: Mapping[str, Shape] = {
    shape.name: shape
    for shape in (
        chat_completions.SHAPE,
        completions.SHAPE,
        embeddings.SHAPE,
        embeddings.MODERATIONS,
        responses.SHAPE,
        messages.SHAPE,
        bedrock.SHAPE,
        cohere.SHAPE,
        generate_content.SHAPE,
        generate_content.EMBEDDINGS,
        generate_content.PREDICTIONS,
        generate_content.INTERACTIONS,
        google_batches.SHAPE,
        completions.FIM,
        conversations.SHAPE,
        images.SHAPE,
        audio.TRANSCRIPTION,
        audio.SPEECH,
        ranking.RERANK,
        ranking.OCR,
        ranking.DECISIONS,
        message_results.SHAPE,
        jobs.RUNS,
        jobs.BATCHES,
        jobs.VIDEOS,
        xai.SHAPE,
        xai.DEFERRED,
        xai.IMAGES,
        xai.EMBEDDINGS,
        xai.BATCHES,
        record.SHAPE,
    )
}

__all__ = ["SHAPES", "Answer", "Shape"]
