"""What a build found: how sure the rows of each provider are, and what sources differ on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from aso.pricing.build.built import Built


def summary(built: Built) -> Iterator[str]:
    """Yield the report's lines."""
    merged = built.merged
    for provider, rows in sorted(merged.providers.items()):
        counts = Counter(row["confidence"] for row in rows.values())
        said = ", ".join(f"{confidence} {count}" for confidence, count in sorted(counts.items()))
        yield f"{provider:12}{len(rows):5} models  {said}"
    yield f"{len(merged.outvoted)} outvoted:"
    yield from (f"   {line}" for line in merged.outvoted)
    out = {
        f"{provider}:{name}" for provider, disputes in merged.disputes.items() for name in disputes
    }
    yield f"{len(out)} in dispute, out:"
    yield from (f"   {line}" for line in merged.conflicts if line.partition(" ")[0] in out)
    yield f"{len(built.data)} bytes"
