"""What the server answers, as types."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, with_config
from typing_extensions import NotRequired, TypedDict

_OPEN = ConfigDict(extra="allow")

Usd = Annotated[
    str,
    Field(pattern=r"^-?[0-9]+(\.[0-9]+)?$", description="US dollars, exact", examples=["0.0025"]),
]


class Rejected(TypedDict):
    """An event that was not taken, and why."""

    event_id: str
    error: str


class Taken(TypedDict):
    """What became of a batch; all of accepted and duplicates is on the disk."""

    accepted: int
    duplicates: int
    rejected: list[Rejected]


class Error(TypedDict):
    """Why a request was not served."""

    error: Annotated[str, Field(examples=["AISpendOps: Invalid X-ASO-API-Key"])]


class Sums(TypedDict):
    """Sums over calls. ``cost_usd`` is all known costs; what is unknown is counted, never a zero."""

    calls: int
    prompt_tokens: int
    completion_tokens: int
    cost_usd: Usd
    estimated_cost_usd: Annotated[Usd, Field(description="of cost_usd: by estimated usage")]
    unpriced_calls: Annotated[int, Field(description="without a known cost: in no sum")]


class AllSums(Sums):
    """Sums, with all that is not quite known apart."""

    estimated_calls: Annotated[int, Field(description="of calls: by estimated usage")]
    partial_calls: Annotated[int, Field(description="of calls: priced in part, a lower bound")]
    refused: Annotated[int, Field(description="refused by policy, never sent: not in calls")]
    unmetered: Annotated[int, Field(description="not metered yet: not in calls, no cost")]


@with_config(_OPEN)
class Row(AllSums):
    """One group: beside the sums, each name that was grouped by; null: the calls have none."""


class Report(TypedDict):
    """As ``aso report --format json`` says it, and what is not quite known apart.

    The dearest first, or in time.
    """

    rows: list[Row]
    total: AllSums


class Dimension(TypedDict):
    """A name that calls are tagged by."""

    name: Annotated[str, Field(examples=["team"])]
    calls: Annotated[int, Field(description="that have it")]


class Dimensions(TypedDict):
    """The dimensions that calls have, the most used first."""

    dimensions: list[Dimension]


class Series(TypedDict):
    """One value's sums, one for each of the times."""

    value: Annotated[str | None, Field(description="null: the calls have none")]
    cost_usd: Usd
    points: list[AllSums]


class Others(TypedDict):
    """What is in no series: the sums of all other values."""

    values: Annotated[int, Field(description="how many values these are")]
    cost_usd: Usd
    points: list[AllSums]


class Timeline(TypedDict):
    """Spend over time; every list of points is as long as ``times``."""

    step: Literal["hour", "day", "month"]
    by: str | None
    since: Annotated[str, Field(description="the start of the first step, UTC")]
    until: str
    times: Annotated[list[str], Field(examples=[["2026-11-25", "2026-11-26"]])]
    total: list[AllSums]
    series: Annotated[list[Series], Field(description="the dearest first; empty without by")]
    others: Others | None


class Spent(AllSums):
    """What calls of a kind have cost since a window began."""

    match: dict[str, str]
    window: str
    since: Annotated[str | None, Field(description="null: ever")]
    until: str


class Healthy(TypedDict):
    """The server is up, and its store can be used."""

    status: Literal["ok"]
    version: str


@with_config(_OPEN)
class PolicyDocument(TypedDict):
    """The tenant's policy, as ``aso.Policy.load`` takes it; empty: all is allowed."""

    allowed_models: NotRequired[list[str]]
    mode: NotRequired[Literal["enforce", "warn", "shadow"]]
