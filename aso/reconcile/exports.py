"""Files → a statement. What a file is, its content says: a table of what tells each export."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple, cast

from aso.errors import ConfigError
from aso.reconcile import anthropic, dashboards, openai, openrouter
from aso.reconcile.repeated import Repeated
from aso.reconcile.statement import Stated, Statement

_Table = Mapping[str, Any]
_SHOWN = 8


class Export(NamedTuple):
    """One kind of export, and what tells it: names that its rows and their buckets have.

    Attributes:
        name: as it is shown.
        provider: who bills.
        bucket: names that a bucket has.
        row: names that a row inside has.
        kind: how the row's ``object`` begins.
        read: the bucket and the row → what they state.
        span: the bucket → the instants that it covers.
        fetched: where it is from.
    """

    name: str
    provider: str
    bucket: tuple[str, ...]
    row: tuple[str, ...]
    kind: str
    read: Callable[[_Table, _Table], list[Stated]]
    span: Callable[[_Table], tuple[int, int]]
    fetched: str

    def fits(self, bucket: _Table, row: _Table) -> bool:
        """Return True for a row of this kind."""
        return (
            all(name in bucket for name in self.bucket)
            and all(name in row for name in self.row)
            and str(row.get("object", "")).startswith(self.kind)
        )


EXPORTS = (
    Export(
        "openai.costs",
        "openai",
        ("start_time",),
        ("amount",),
        "organization.costs.",
        openai.cost,
        openai.span,
        "https://api.openai.com/v1/organization/costs, group_by line_item and project_id",
    ),
    Export(
        "openai.usage",
        "openai",
        ("start_time",),
        (),
        "organization.usage.",
        openai.usage,
        openai.span,
        "https://api.openai.com/v1/organization/usage/completions, group_by model, project_id",
    ),
    Export(
        "anthropic.cost_report",
        "anthropic",
        ("starting_at",),
        ("amount",),
        "",
        anthropic.cost,
        anthropic.span,
        "https://api.anthropic.com/v1/organizations/cost_report, group_by description",
    ),
    Export(
        "anthropic.usage_report",
        "anthropic",
        ("starting_at",),
        ("uncached_input_tokens",),
        "",
        anthropic.usage,
        anthropic.span,
        "https://api.anthropic.com/v1/organizations/usage_report/messages, group_by model",
    ),
    Export(
        "anthropic.analytics.cost",
        "anthropic",
        ("starting_at",),
        ("group", "cost"),
        "",
        anthropic.analytics_cost,
        anthropic.span,
        "https://api.anthropic.com/v1/organizations/analytics/cost, group_by model",
    ),
    Export(
        "anthropic.analytics.usage",
        "anthropic",
        ("starting_at",),
        ("group", "usage"),
        "",
        anthropic.analytics_usage,
        anthropic.span,
        "https://api.anthropic.com/v1/organizations/analytics/usage, group_by model",
    ),
    Export(
        "openrouter.activity",
        "openrouter",
        ("date",),
        ("usage", "byok_usage_inference"),
        "",
        openrouter.activity,
        openrouter.span,
        "https://openrouter.ai/api/v1/activity",
    ),
    Export(
        "anthropic.console.usage",
        "anthropic",
        ("usage_date_utc",),
        (
            "model_version",
            "usage_input_tokens_no_cache",
        ),
        "",
        dashboards.anthropic_usage,
        dashboards.day_span,
        "the console's usage, CSV",
    ),
    Export(
        "anthropic.console.cost",
        "anthropic",
        ("usage_date_utc",),
        (
            "model",
            "token_type",
            "cost_usd",
        ),
        "",
        dashboards.anthropic_cost,
        dashboards.day_span,
        "the console's cost, CSV",
    ),
    Export(
        "openai.dashboard.costs",
        "openai",
        ("start_time",),
        (
            "amount_value",
            "line_item",
        ),
        "",
        dashboards.openai_cost,
        openai.span,
        "the dashboard's costs, CSV",
    ),
    Export(
        "openrouter.logs",
        "openrouter",
        ("created_at",),
        (
            "generation_id",
            "cost_total",
        ),
        "",
        dashboards.openrouter_generation,
        dashboards.day_span,
        "the logs of openrouter.ai/activity, CSV",
    ),
    Export(
        "openrouter.dashboard.activity",
        "openrouter",
        ("Date",),
        (
            "Slug",
            "BYOK Usage",
        ),
        "",
        dashboards.openrouter_activity,
        dashboards.day_span,
        "openrouter.ai/activity, CSV",
    ),
)


def read_exports(paths: Sequence[Path]) -> Statement:
    """Return what the files state, together.

    A file holds the JSON that an endpoint answers: one page, a list of pages, or a page a line. Or
    it is the CSV of a dashboard.

    Raises:
        ConfigError: a file cannot be read, is no export that is known, is of another provider, or
            states what another states already.
    """
    rows: list[Stated] = []
    spans: list[tuple[int, int]] = []
    found: dict[str, Export] = {}
    notes: list[str] = []
    repeated = Repeated()
    for path in [Path(one) for one in paths]:  # an object each, also where one is named twice
        pages = _pages(path)
        for page in pages:
            repeated.check_page(path, page)
        if pages[-1].get("has_more") is True:
            notes.append(f"{path.name}: has_more is true, so the export goes on in a further page")
        spans += _empty_buckets(pages)
        for bucket, row in _rows(pages):
            export = _kind(path, bucket, row)
            found[export.name] = export
            rows += _stated(path, export, bucket, row)
            spans.append(export.span(bucket))
            repeated.check_row(path, export.name, spans[-1], row)
    _check(paths, found)
    since, until = min(start for start, _ in spans), max(end for _, end in spans)
    [provider] = {export.provider for export in found.values()}
    return Statement(provider, tuple(found), rows, since, until, notes)


def _pages(path: Path) -> list[_Table]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise ConfigError(
            f"export {str(path)!r} cannot be read ({type(error).__name__}): give the file of an "
            "endpoint's answer, JSON in UTF-8, or a dashboard's CSV"
        ) from error
    found: object = _parsed(text)
    if found is None and _is_csv(text):
        return [{"data": dashboards.rows_of(path.name, text)}]
    pages = _tables(found) or _tables([found])
    if not pages:
        raise ConfigError(f"export {path.name} is no JSON or CSV of an export: {_known()}")
    return pages


def _tables(values: object) -> list[_Table]:
    """Return the tables of a list; nothing where it is none."""
    some = cast("list[object]", values) if isinstance(values, list) else []
    return [cast("_Table", one) for one in some if isinstance(one, dict)]


def _parsed(text: str) -> Any:
    """Return the JSON; of one page a line, the list of them; None: it is none."""
    try:
        return json.loads(text, parse_float=Decimal)
    except RecursionError:
        return None
    except ValueError:
        pass
    try:
        lines = [line for line in text.splitlines() if line.strip()]
        return [json.loads(line, parse_float=Decimal) for line in lines]
    except (ValueError, RecursionError):
        return None


def _is_csv(text: str) -> bool:
    first = text.partition("\n")[0]
    return "," in first and "{" not in first


def _rows(pages: Sequence[_Table]) -> Iterator[tuple[_Table, _Table]]:
    """Yield every row with its bucket; a row that stands alone is its own."""
    for page in pages:
        for bucket in _tables(page["data"]) if "data" in page else [page]:
            inside = bucket.get("results", bucket.get("result"))
            for row in [bucket] if inside is None else _tables(inside):
                yield bucket, row


def _empty_buckets(pages: Sequence[_Table]) -> Iterator[tuple[int, int]]:
    """Yield the time in which nothing is stated."""
    for page in pages:
        for bucket in _tables(page.get("data")):
            if bucket.get("results") == []:
                yield openai.span(bucket) if "start_time" in bucket else anthropic.span(bucket)


def _kind(path: Path, bucket: _Table, row: _Table) -> Export:
    for export in EXPORTS:
        if export.fits(bucket, row):
            return export
    names = sorted(str(name) for name in row)[:_SHOWN]
    raise ConfigError(f"export {path.name} has a row of {names}, which no export has: {_known()}")


def _stated(path: Path, export: Export, bucket: _Table, row: _Table) -> list[Stated]:
    try:
        found = export.read(bucket, row)
    except (AttributeError, KeyError, TypeError) as error:
        raise ConfigError(
            f"export {path.name} has a row of {export.name} in another form than its page "
            f"documents ({type(error).__name__}): fetch it again from {export.fetched}"
        ) from error
    for one in found:
        for name in ("model", "project", "tier"):
            if not isinstance(getattr(one, name), (str, type(None))):
                kind = type(getattr(one, name)).__name__
                raise ConfigError(
                    f"export {path.name} has a row of {export.name} whose {name} is of type {kind}: a "
                    f"text or null; fetch it again from {export.fetched}"
                )
    return found


def _check(paths: Sequence[Path], found: Mapping[str, Export]) -> None:
    names = ", ".join(path.name for path in paths)
    if not found:
        raise ConfigError(f"export {names} has no rows: was the time right? {_known()}")
    if len({export.provider for export in found.values()}) > 1:
        raise ConfigError(
            f"exports {names} are of several providers ({', '.join(found)}): reconcile each apart"
        )


def _known() -> str:
    return "known are " + "; ".join(f"{export.name} ({export.fetched})" for export in EXPORTS)
