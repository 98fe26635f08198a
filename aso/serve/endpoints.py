"""Every endpoint, in one table: what is served, who may ask, and what docs/openapi.json says of it."""

from __future__ import annotations

from aso.serve.asking import JSON_LINES, TEXT, Endpoint, Parameter
from aso.serve.health import healthz, metrics
from aso.serve.policies import policy
from aso.serve.queries import dimensions, events, report, spend
from aso.serve.schema.answers import (
    Dimensions,
    Healthy,
    PolicyDocument,
    Report,
    Spent,
    Taken,
    Timeline,
)
from aso.serve.schema.event import Batch, Event
from aso.serve.taking import take
from aso.serve.timeline import timeline

_SINCE = Parameter("since", "From, inclusive: an instant, today, or how long ago.", "7d")
_UNTIL = Parameter("until", "To, exclusive: the same.", "2026-11-26T12:00Z")
_WHERE = Parameter("where", "A filter, key=value; all must hold.", "team=search", is_many=True)
_MATCH = Parameter("match", "As where: the calls that count.", "team=search", is_many=True)

ENDPOINTS = (
    Endpoint(
        "POST",
        "/v1/events",
        "ingest",
        "Take a batch of events; idempotent by event_id and revision.",
        take,
        Taken,
        status=202,
        asks=Batch,
        refuses=(400, 408, 413, 415, 429),
    ),
    Endpoint(
        "GET",
        "/v1/policy",
        "ingest",
        "The tenant's policy; an empty object allows all.",
        policy,
        PolicyDocument,
        refuses=(304,),
    ),
    Endpoint(
        "GET",
        "/v1/spend",
        "ingest",
        "What the calls that match have cost since a window began.",
        spend,
        Spent,
        parameters=(
            _MATCH,
            Parameter("window", "day, month (UTC), lifetime, or how far back.", "month"),
        ),
    ),
    Endpoint(
        "GET",
        "/v1/report",
        "read",
        "What was spent, by whom, on what: `aso report --format json`, and more.",
        report,
        Report,
        parameters=(
            Parameter("by", "Names, with commas: columns, times, dimensions.", "day,team"),
            _SINCE,
            _UNTIL,
            _WHERE,
        ),
    ),
    Endpoint(
        "GET",
        "/v1/timeline",
        "read",
        "Spend over time: a point for each hour, day or month (UTC).",
        timeline,
        Timeline,
        parameters=(
            Parameter("step", "hour, day or month.", "day"),
            Parameter("by", "One name, whose dearest values get a series each.", "team"),
            Parameter("top", "How many series; the rest is in others.", "8"),
            _SINCE,
            _UNTIL,
            _WHERE,
        ),
    ),
    Endpoint(
        "GET",
        "/v1/dimensions",
        "read",
        "The names of the dimensions that calls have: what can be grouped and filtered by.",
        dimensions,
        Dimensions,
        parameters=(_SINCE, _UNTIL, _WHERE),
    ),
    Endpoint(
        "GET",
        "/v1/events",
        "read",
        "The events that count, one JSON object a line, by their ends.",
        events,
        Event,
        media_type=JSON_LINES,
        parameters=(_SINCE, _UNTIL, _WHERE),
    ),
    Endpoint(
        "GET", "/healthz", None, "The server is up and its store can be used.", healthz, Healthy
    ),
    Endpoint("GET", "/metrics", None, "Counters, for Prometheus.", metrics, str, media_type=TEXT),
)
