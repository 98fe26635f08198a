"""The statements of docs/clickhouse.md, by their names; and the Collector's table, as its exporter makes it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

PAGE = Path(__file__).resolve().parents[2] / "docs" / "clickhouse.md"
STATEMENTS: dict[str, str] = dict(
    re.findall(r"^```sql (\w+)\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
)
# open-telemetry/opentelemetry-collector-contrib, exporter/clickhouseexporter/internal/sqltemplates/
# traces_table.sql, read 2026-11-26: its columns, without codecs and indexes.
OTEL_TRACES = """
CREATE TABLE otel_traces (
    Timestamp DateTime64(9), TraceId String, SpanId String, ParentSpanId String, TraceState String,
    SpanName LowCardinality(String), SpanKind LowCardinality(String),
    ServiceName LowCardinality(String),
    ResourceAttributes Map(LowCardinality(String), String), ScopeName String, ScopeVersion String,
    SpanAttributes Map(LowCardinality(String), String), Duration UInt64,
    StatusCode LowCardinality(String), StatusMessage String,
    Events Nested (Timestamp DateTime64(9), Name LowCardinality(String),
        Attributes Map(LowCardinality(String), String)),
    Links Nested (TraceId String, SpanId String, TraceState String,
        Attributes Map(LowCardinality(String), String))
) ENGINE = MergeTree
PARTITION BY toDate(Timestamp)
PRIMARY KEY (ServiceName, SpanName, toDateTime(Timestamp))
ORDER BY (ServiceName, SpanName, toDateTime(Timestamp), Timestamp)
"""


def spans_inserted(spans: Iterable[dict[str, Any]]) -> str:
    """Return the statement that inserts received spans, as the exporter would."""
    rows = [json.dumps(_row(span)) for span in spans]
    return "INSERT INTO otel_traces FORMAT JSONEachRow\n" + "\n".join(rows)


def counts(rows: Sequence[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    """Return rows as ``aso report --format json`` has them: counts as numbers, null sums as 0."""
    numbers = {"calls", "prompt_tokens", "completion_tokens", "unpriced_calls", "inexact_calls"}
    return [
        {
            name: int(value or 0) if name in numbers else (value if name in names else value or "0")
            for name, value in row.items()
        }
        for row in rows
    ]


def _row(span: dict[str, Any]) -> dict[str, Any]:
    seconds, nanoseconds = divmod(span["start_ns"], 1_000_000_000)
    moment = datetime.fromtimestamp(seconds, timezone.utc)
    return {
        "Timestamp": f"{moment:%Y-%m-%d %H:%M:%S}.{nanoseconds:09d}",
        "TraceId": span["trace_id"],
        "SpanId": span["span_id"],
        "SpanName": span["name"],
        "ResourceAttributes": _texts(span["resource"]),
        "SpanAttributes": _texts(span["attributes"]),
        "Duration": span["end_ns"] - span["start_ns"],
    }


def _texts(attributes: dict[str, Any]) -> dict[str, str]:
    """Return attributes as the Collector writes any value into a map of texts (AsString)."""
    return {
        name: json.dumps(value) if isinstance(value, bool) else str(value)
        for name, value in attributes.items()
    }
