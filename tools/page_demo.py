"""Thirty days of made-up calls of a made-up company, at real prices: what the page's pictures show.

python -m tools.page_demo FOLDER      a store for `aso serve --store FOLDER`, with a key that it prints
"""

from __future__ import annotations

import random
import sys
import time
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any, NamedTuple

from aso.pricing import price
from aso.records import Cost, Usage
from aso.serve.embedded import EmbeddedStore
from aso.serve.keys import Keyring, secret_of
from tests.events import event

TENANT = "demo"
DAYS = 62  # two periods, so that one can be compared with the one before
_BATCH = 2_000


class Feature(NamedTuple):
    """What one part of a product asks for; calls a day on average, tokens a call."""

    team: str
    app: str
    function: str
    provider: str
    model: str
    calls: int
    prompt: int
    completion: int
    operation: str = "chat"
    estimated: float = 0.0
    unpriced: float = 0.0


_FEATURES = (
    Feature("search", "shop", "shop.search.rerank", "openai", "gpt-5.4", 62, 5200, 640),
    Feature("search", "shop", "shop.search.embed", "openai", "text-embedding-3-small", 95, 900, 0, "embeddings"),
    Feature("support", "helpdesk", "helpdesk.answer", "anthropic", "claude-sonnet-4-5", 48, 6100, 520, "messages", 0.04),
    Feature("support", "helpdesk", "helpdesk.triage", "google", "gemini-2.5-flash", 70, 1900, 90, "generate_content"),
    Feature("marketing", "studio", "studio.draft", "openai", "gpt-4o", 22, 1400, 1900),
    Feature("marketing", "studio", "studio.translate", "mistral", "mistral-large-latest", 18, 1100, 1200),
    Feature("data", "warehouse", "warehouse.classify", "groq", "openai/gpt-oss-120b", 80, 2400, 40, "chat", 0.02),
    Feature("data", "warehouse", "warehouse.extract", "openai", "gpt-4o-mini", 66, 3800, 310),
    Feature("platform", "assistant", "assistant.plan", "anthropic", "claude-opus-4-5", 9, 9800, 1700, "messages", 0.06),
    Feature("research", "lab", "lab.explore", "openai", "gpt-next-preview", 7, 4200, 1500, "responses", 0.0, 1.0),
    Feature("mobile", "app", "app.summary", "google", "gemini-2.5-pro", 12, 5200, 380, "generate_content"),
    Feature("legal", "contracts", "contracts.review", "anthropic", "claude-sonnet-4-5", 5, 21000, 900, "messages"),
    Feature("people", "intranet", "intranet.ask", "openai", "gpt-4o-mini", 14, 2100, 260),
    Feature("sales", "crm", "crm.brief", "xai", "grok-4.3", 8, 3100, 420),
)  # fmt: skip


def documents(now: datetime) -> Iterator[dict[str, Any]]:
    """Yield events in wire form, the same for the same hour; the last day is cut at ``now``."""
    chance = random.Random(5)
    for back in range(DAYS, -1, -1):
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=back)
        for feature in _FEATURES:
            for at in _moments(chance, feature, midnight, back):
                document = _document(chance, feature, at)
                if at < now:
                    yield document


def _moments(
    chance: random.Random, feature: Feature, midnight: datetime, back: int
) -> Iterator[datetime]:
    growth = 1.25 - back / 110
    week = 0.35 if midnight.weekday() > 4 and feature.team not in ("search", "mobile") else 1.0
    burst = 2.6 if feature.team == "marketing" and back in (9, 10, 11) else 1.0
    for _ in range(round(feature.calls * growth * week * burst * chance.uniform(0.8, 1.2))):
        hour = min(max(chance.gauss(13.5, 3.8), 0), 23.98)
        yield midnight + timedelta(hours=hour, seconds=chance.random() * 60)


def _document(chance: random.Random, feature: Feature, at: datetime) -> dict[str, Any]:
    prompt = round(feature.prompt * chance.lognormvariate(0, 0.45))
    completion = round(feature.completion * chance.lognormvariate(0, 0.5))
    is_estimated = chance.random() < feature.estimated
    usage = Usage(prompt, completion, source="estimate" if is_estimated else "provider")
    ended_ms = int(at.timestamp() * 1000)
    dims = {"team": feature.team, "app": feature.app}
    if chance.random() < 0.9:
        dims["feature"] = feature.function.rpartition(".")[2]
    if chance.random() < 0.015:
        dims = {}
    made = event(
        provider=feature.provider,
        model=feature.model,
        request_model=feature.model,
        operation=feature.operation,
        function=feature.function if chance.random() < 0.93 else None,
        env="production" if chance.random() < 0.88 else "staging",
        usage=usage,
        cost=_cost(chance, feature, usage, at),
        dims=dims,
        started_at_ms=ended_ms - 1200,
        first_byte_at_ms=ended_ms - 800,
        ended_at_ms=ended_ms,
    )
    return made._replace(event_id=str(uuid.UUID(int=chance.getrandbits(128), version=4))).to_dict()


def _cost(chance: random.Random, feature: Feature, usage: Usage, at: datetime) -> Cost:
    cost = price(usage, provider=feature.provider, model=feature.model, at=at)
    is_partial = feature.team == "mobile" and chance.random() < 0.05
    return cost._replace(status="partial") if is_partial and cost.total is not None else cost


def fill(folder: Path, now: datetime) -> str:
    """Fill a store, and return a key of its tenant that may read."""
    store = EmbeddedStore(folder)
    batch: list[dict[str, Any]] = []
    for document in documents(now):
        batch.append(document)
        if len(batch) == _BATCH:
            store.add(TENANT, batch)
            batch = []
    store.add(TENANT, batch)
    keyring = Keyring(store.registry, secret_of(folder / "secret"))
    created = keyring.create(TENANT, scope="read", name="page", at_ms=time.time_ns() // 1_000_000)
    store.close()
    return created.text


if __name__ == "__main__":
    print(fill(Path(sys.argv[1]), datetime.fromtimestamp(time.time(), timezone.utc)))
