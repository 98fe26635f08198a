"""Coverage-guided fuzzing of what reads bytes that are not ours: one target at a time.

    .venvs/fuzz/bin/python -m tools.fuzz journal -max_total_time=60 FOLDER

The targets' promises are those of tests/fuzz; what comes after the name is libFuzzer's. A failure
leaves its input in a file ``crash-*``. Run by the environment that ``make fuzz`` makes.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable
from importlib import import_module
from typing import Any

import atheris


def journal(data: bytes) -> None:
    """Bytes of a segment, as they are; and in a segment whose checksums are right."""
    from tests.fuzz.journal import decoded, read, segment

    provider = atheris.FuzzedDataProvider(data)
    read(data)
    header = provider.ConsumeBytes(provider.ConsumeIntInRange(0, 200))
    payloads = [
        provider.ConsumeBytes(provider.ConsumeIntInRange(1, 400))
        for _ in range(provider.ConsumeIntInRange(0, 4))
    ]
    for payload in read(segment(header, [one for one in payloads if one])):
        decoded(payload)


def answers(data: bytes) -> None:
    """What a provider said of usage, in each of the wire formats."""
    from tests.fuzz.journal import PROVIDERS_FORMATS, derived

    provider = atheris.FuzzedDataProvider(data)
    wire = PROVIDERS_FORMATS[provider.ConsumeIntInRange(0, len(PROVIDERS_FORMATS) - 1)]
    usage, extra = _object(provider), _object(provider)
    derived(wire, usage, extra)


def bodies(data: bytes) -> None:
    """A request's body, as `aso serve` reads it: one of ours in which bytes were replaced."""
    from tests.fuzz.ingest import body, read

    provider = atheris.FuzzedDataProvider(data)
    is_packed, after = provider.ConsumeBool(), provider.ConsumeBool()
    text = body(()) if provider.ConsumeBool() else body((1, 2))
    if is_packed and after:
        text = gzip.compress(text, mtime=0)
    first = provider.ConsumeIntInRange(0, len(text))
    last = provider.ConsumeIntInRange(first, min(first + 40, len(text)))
    text = text[:first] + provider.ConsumeBytes(40) + text[last:]
    read(gzip.compress(text, mtime=0) if is_packed and not after else text, "gzip" * is_packed)


def batches(data: bytes) -> None:
    """An event with other values, posted, kept and reported."""
    from tests.fuzz.ingest import changed, kept

    provider = atheris.FuzzedDataProvider(data)
    names = sorted(changed({}))
    chosen = [names[provider.ConsumeIntInRange(0, len(names) - 1)] for _ in range(_count(provider))]
    kept(changed({name: _value(provider, 2) for name in chosen}))


# What providers call things, and "" for what nobody does.
_NAMES = (
    *("prompt_tokens", "completion_tokens", "total_tokens", "input_tokens", "output_tokens"),
    *("prompt_tokens_details", "completion_tokens_details", "input_tokens_details"),
    *("cached_tokens", "cache_read_input_tokens", "cache_creation_input_tokens", "cache_creation"),
    *(
        "ephemeral_5m_input_tokens",
        "reasoning_tokens",
        "audio_tokens",
        "image_tokens",
        "iterations",
    ),
    *("server_tool_use", "web_search_requests", "promptTokenCount", "candidatesTokenCount"),
    *("thoughtsTokenCount", "cachedContentTokenCount", "promptTokensDetails", "modality"),
    *("tokenCount", "inputTokens", "outputTokens", "cacheReadInputTokens", "billed_units"),
    *("search_units", "pages_processed", "seconds", "cost", "cost_in_usd_ticks", "cost_details"),
    *(
        "upstream_inference_cost",
        "is_byok",
        "num_sources_used",
        "speed",
        "n",
        "size",
        "quality",
        "",
    ),
)
# What stands where a number, an instant or an id should.
_TEXTS = ("", "0", "-1", "1e400", "NaN", "0.000000000000000000000000000001", "9" * 60, "\0", "call")
TARGETS: dict[str, Callable[[bytes], None]] = {
    one.__name__: one for one in (journal, answers, bodies, batches)
}
_INSTRUMENTED = {
    "journal": ["aso.journal.layout", "aso.facts", "aso.parsing"],
    "answers": ["aso.event", "aso.usage", "aso.usage_rules", "aso.wire", "aso.pricing"],
    "bodies": ["aso.serve.batch", "aso.serve.body", "aso.serve.schema.event"],
    "batches": ["aso.serve.batch", "aso.ledger", "aso.report"],
}


def _object(provider: Any, depth: int = 3) -> dict[str, Any]:
    names = [
        _NAMES[provider.ConsumeIntInRange(0, len(_NAMES) - 1)] for _ in range(_count(provider))
    ]
    return {
        name or provider.ConsumeUnicodeNoSurrogates(9): _value(provider, depth) for name in names
    }


def _value(provider: Any, depth: int) -> Any:
    kinds: list[Callable[[], Any]] = [
        lambda: provider.ConsumeInt(4),
        lambda: provider.ConsumeInt(12),
        lambda: None,
        provider.ConsumeBool,
        provider.ConsumeFloat,
        lambda: provider.ConsumeUnicodeNoSurrogates(12),
        lambda: _TEXTS[provider.ConsumeIntInRange(0, len(_TEXTS) - 1)],
        lambda: _object(provider, depth - 1),
        lambda: [_value(provider, depth - 1) for _ in range(_count(provider))],
    ]
    return kinds[provider.ConsumeIntInRange(0, (len(kinds) if depth else 7) - 1)]()


def _count(provider: Any) -> int:
    return int(provider.ConsumeIntInRange(0, 4))


def main() -> None:
    """Fuzz until libFuzzer's arguments say it is enough."""
    name = sys.argv.pop(1)
    with atheris.instrument_imports(include=_INSTRUMENTED[name]):
        for module in _INSTRUMENTED[name]:
            import_module(module)
    atheris.Setup(sys.argv, TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
