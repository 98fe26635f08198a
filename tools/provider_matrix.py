"""Write the tables of docs/providers.md: what each provider is tested with, and what its row says.

``python -m tools.provider_matrix`` counts the recordings where ../shared/corpus is here, and keeps
the counts in tests/documented/recorded.json for where it is not.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from aso.providers import PROVIDERS, Provider
from tests.corpus.recordings import rows
from tests.documented.replay import exchanges

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "providers.md"
RECORDED = ROOT / "tests" / "documented" / "recorded.json"
KINDS = ("plain", "stream", "cached", "error")
NAMES = [name for name in PROVIDERS if name not in {"unknown", "voyage"}]  # Voyage only embeds
FIRST_ERROR_STATUS = 400
QUOTING = "https://github.com/"  # users' reports; a provider's own page is elsewhere
# Cells with nothing in them, and why.
EMPTY = {
    ("nebius", "cached"): "no page read names cached tokens; the recorded answers have "
    "`prompt_tokens_details: null`",
    ("ollama", "cached"): "its answers do not say what was cached, only its account's usage does",
    ("huggingface", "cached"): "the router hands on its providers' usage; no page of its own read",
}
_OF_THE_CORPUS = {"bedrock_mantle": "bedrock"}

Counts = Mapping[str, Mapping[str, int]]


def _kinds(row: Mapping[str, Any]) -> Iterator[str]:
    said = row["expected"]
    if said["is_error"] or row["status"] >= FIRST_ERROR_STATUS:
        yield "error"
    elif said["billable_call"]:
        yield "stream" if said["stream"] else "plain"
        if said["cache_read"]:
            yield "cached"


def counted() -> Counts:
    """Count the recordings that are here, by provider and kind."""
    found: Counter[tuple[str, str]] = Counter()
    for row in rows():
        if row["method"] == "POST" and row.get("kind") != "documented":
            name = _OF_THE_CORPUS.get(row["provider"], row["provider"])
            found.update((name, kind) for kind in _kinds(row))
    told = {name: {kind: found[name, kind] for kind in KINDS} for name in NAMES}
    return {name: counts for name, counts in told.items() if any(counts.values())}


def kept() -> Counts:
    """Return the counts as they were where the recordings were here."""
    told: Counts = json.loads(RECORDED.read_text())
    return told


def pages() -> Mapping[tuple[str, str], tuple[str, str]]:
    """Return page and day of the first documented exchange of each cell."""
    found: dict[tuple[str, str], tuple[str, str]] = {}
    for one in exchanges():
        found.setdefault((one["provider"], one["kind"]), (one["page"], one["read"]))
    return found


def cell(counts: Counts, name: str, kind: str) -> str:
    """Return what one cell says."""
    said = []
    if number := counts.get(name, {}).get(kind):
        said.append(f"recorded ({number})")
    if (page := pages().get((name, kind))) is not None:
        label = "quoted" if page[0].startswith(QUOTING) else "documented"
        said.append(f"[{label}]({page[0]}), {page[1]}")
    return "; ".join(said) or "—"


def _table(*lines: Iterable[str]) -> str:
    head, *rest = (f"| {' | '.join(line)} |" for line in lines)
    return "\n".join([head, "|---" * (head.count("|") - 1) + "|", *rest])


def matrix(counts: Counts) -> str:
    """Return the table of what each provider is tested with, and why where with nothing."""
    body = ([name, *(cell(counts, name, kind) for kind in KINDS)] for name in NAMES)
    reasons = (f"- {name}, {kind}: {reason}." for (name, kind), reason in EMPTY.items())
    return _table(["provider", *KINDS], *body) + "\n\nEmpty:\n" + "\n".join(reasons)


def _asks(row: Provider) -> str:
    if isinstance(row.include_usage, str):
        return f"asked, {row.include_usage.replace(':', ' ')}"
    return "asked" if row.include_usage else "not asked"


def table_of_rows() -> str:
    """Return the table of what aso/providers.py says of each provider."""
    body = (
        [
            name,
            ", ".join(f"`{host}`" for host in PROVIDERS[name].hosts),
            _asks(PROVIDERS[name]),
            ", ".join(f"`{path}`" for path in PROVIDERS[name].reported.values()) or "—",
        ]
        for name in NAMES
    )
    return _table(["provider", "hosts", "streams of chat", "cost it reports"], *body)


def written(page: str, counts: Counts) -> str:
    """Return the page with its tables as they must be."""
    for name, table in (("matrix", matrix(counts)), ("rows", table_of_rows())):
        marks = re.compile(rf"(<!-- {name} -->\n).*?(\n<!-- /{name} -->)", re.DOTALL)
        page = marks.sub(lambda marked, table=table: marked[1] + table + marked[2], page)
    return page


def main() -> None:
    """Count what is here, and write."""
    if counts := counted():
        RECORDED.write_text(json.dumps(counts, indent=2) + "\n")
    PAGE.write_text(written(PAGE.read_text(), kept()))


if __name__ == "__main__":
    main()
