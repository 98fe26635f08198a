"""A ledger of real calls: SDKs against a provider on this machine, and what programs record."""

from __future__ import annotations

from contextlib import ExitStack
from decimal import Decimal
from pathlib import Path
from typing import Any

import openai
import pytest

import aso
from aso.sinks.ledger import default_path
from examples.demo.run import PROVIDERS, work
from examples.loopback.provider import LoopbackProvider

# A discount, a rate and a fee of a contract's own.
CONTRACTS = {
    "novita:*": {"multiplier": "0.85"},
    "groq:openai/gpt-oss-120b": {"rates": {"input_tokens": "0.1"}, "fee": "0.001"},
}
RECORDED: tuple[dict[str, Any], ...] = (
    {"provider": "openai", "model": "whisper-1", "usage": {"audio_seconds": Decimal("61.5")}},
    {"provider": "mistral", "model": "mistral-ocr-latest", "usage": {"pages": 3}},
    {"provider": "openai", "model": "gpt-next-preview", "usage": {"prompt_tokens": 7}},
    {"provider": "unknown", "model": "their own", "usage": {}, "cost": Decimal("0.0123")},
)


@pytest.fixture
def ledger() -> Path:
    """Make the calls; return the ledger's file."""
    with ExitStack() as stack:
        hosts = {name: stack.enter_context(LoopbackProvider()) for name in PROVIDERS}
        with aso.instrument(
            hosts={host.host: name for name, host in hosts.items()},
            policy={"denied_models": ["openai:o1*"]},
            prices=CONTRACTS,
            dimensions={"app": "demo"},
            env="test",
        ):
            work(
                {
                    name: openai.OpenAI(api_key="none", base_url=host.url)
                    for name, host in hosts.items()
                }
            )
            for one in RECORDED:
                aso.record(**one)
            assert aso.flush()
    return default_path()
