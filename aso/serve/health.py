"""Is the server well, and what has it done? Neither says anything of a tenant."""

from __future__ import annotations

from aso.serve.asking import TEXT, Answer, Asked, Service
from aso.serve.schema.answers import Healthy
from aso.version import __version__


def healthz(service: Service, asked: Asked) -> Answer:
    """Return 200 where the store can be used."""
    del asked
    service.store.check()
    found: Healthy = {"status": "ok", "version": __version__}
    return Answer.of(found)


def metrics(service: Service, asked: Asked) -> Answer:
    """Return the counters."""
    del asked
    return Answer(service.metrics.text().encode(), media_type=TEXT)
