"""``POST /v1/events``: a batch is checked, kept, and only then answered with 202."""

from __future__ import annotations

from aso.serve.asking import Answer, Asked, Service
from aso.serve.batch import batch_of
from aso.serve.body import decoded
from aso.serve.schema.answers import Taken


def take(service: Service, asked: Asked) -> Answer:
    """Keep a batch; what is answered with 202 is on the disk."""
    limits = service.limits
    text = decoded(
        asked.body, asked.headers.get("content-encoding", ""), max_bytes=limits.max_batch_bytes
    )
    batch = batch_of(text, limits)
    service.rate.spend(asked.holder.id, len(batch.events) + len(batch.rejected))
    accepted = service.store.add(asked.tenant, batch.events)
    duplicates = len(batch.events) - accepted
    counts = {"accepted": accepted, "duplicate": duplicates, "rejected": len(batch.rejected)}
    for result, count in counts.items():
        service.metrics.add("aso_serve_events_total", count, result=result)
    answer: Taken = {
        "accepted": accepted,
        "duplicates": duplicates,
        "rejected": batch.rejected,
    }
    return Answer.of(answer, 202)
