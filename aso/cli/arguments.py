"""What the command line takes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Protocol

from aso.cli import commands, doctor, history
from aso.cli.prices import add_prices
from aso.cli.serve import add_serve
from aso.cli.ship import add_ship
from aso.cli.spool import add_spool
from aso.version import __version__


class Commands(Protocol):
    """What ``add_subparsers`` returns, by its public part."""

    def add_parser(
        self,
        name: str,
        *,
        help: str,  # noqa: A002 — its name
        epilog: str | None = None,
    ) -> argparse.ArgumentParser:
        """Add a command."""
        ...


_FORMATS = ("table", "json", "csv")
_REPORT_HELP = (
    "cost_usd is the sum of all known costs, exact: priced, partial (a lower bound) and estimated. "
    "estimated_cost_usd is the part of it whose usage is estimated, wholly or in part, as the "
    "provider did not say it. unpriced_calls are in no sum. Days and hours are UTC. "
    "dims.NAME is the dimension where a column has the same name."
)
_BY_HELP = "team,model: dimensions, provider, model, operation, function, day, hour, month, ...; '': the total"


def parser() -> argparse.ArgumentParser:
    """Return the parser; each command's function is in ``run``."""
    root = argparse.ArgumentParser(prog="aso", description="What your AI calls cost, exactly.")
    root.add_argument("--version", action="version", version=f"aso {__version__}")
    root.add_argument("--ledger", type=Path, help="the ledger's file (default: in ASO_HOME)")
    found = root.add_subparsers(required=True, metavar="command")
    _report(found)
    _tail(found)
    _explain(found)
    _export(found)
    add_prices(
        found.add_parser(
            "prices", help="the price catalog: show, search, diff, check, update, drift"
        )
    )
    _reprice(found)
    _reconcile(found)
    _ledger(found)
    add_spool(found.add_parser("spool", help="events that the endpoint refused: show, retry, drop"))
    add_ship(found.add_parser("ship", help="what other processes journal: a sidecar, a hook"))
    add_serve(found.add_parser("serve", help="the ingest endpoint of your own; its keys, policies"))
    found.add_parser("run", help="a program as it is, instrumented: script.py, or -m module")
    _coverage(found)
    one = found.add_parser("doctor", help="is everything in order?")
    one.set_defaults(run=doctor.doctor)
    return root


def _report(found: Commands) -> None:
    one = found.add_parser("report", help="what was spent, by whom, on what", epilog=_REPORT_HELP)
    one.add_argument("--by", default="provider,model", help=_BY_HELP)
    one.add_argument("--format", choices=_FORMATS, default="table")
    one.add_argument(
        "--latency",
        action="store_true",
        help="p50 and p95 of duration, first byte; recorded calls have none",
    )
    one.add_argument("--all-revisions", action="store_true", help="each counts, by its number")
    _add_selection(one)
    one.set_defaults(run=commands.report)


def _tail(found: Commands) -> None:
    one = found.add_parser("tail", help="the newest events, then each as it comes")
    one.add_argument("-n", type=int, default=10, help="how many of the newest first")
    one.add_argument("--once", action="store_true", help="do not wait for more")
    one.set_defaults(run=commands.tail)


def _explain(found: Commands) -> None:
    one = found.add_parser("explain", help="why an event cost what it cost")
    one.add_argument("event_id", help="its id, or the beginning of it")
    one.add_argument("--all-revisions", action="store_true", help="not only the highest")
    one.set_defaults(run=commands.explain)


def _export(found: Commands) -> None:
    one = found.add_parser("export", help="every event, in wire form, or as FOCUS rows")
    one.add_argument("--format", choices=("jsonl", "csv", "focus"), default="jsonl")
    one.add_argument("--all-revisions", action="store_true", help="not only the highest")
    _add_selection(one)
    one.set_defaults(run=commands.export)


def _reprice(found: Commands) -> None:
    one = found.add_parser(
        "reprice",
        help="the ledger's events by another catalog or contract",
        epilog="Nothing is changed: revisions are added, and the highest of each event counts.",
    )
    _add_selection(one, is_since_required=True)
    one.add_argument("--catalog", type=Path, metavar="FILE", help="default: the one in force")
    one.add_argument(
        "--overlay",
        type=Path,
        metavar="FILE",
        help="contract prices for all (default: those that each event was priced under)",
    )
    one.add_argument("--dry-run", action="store_true", help="say what would change, write nothing")
    one.add_argument("--send", action="store_true", help="then ship the revisions to ASO_ENDPOINT")
    one.add_argument("--format", choices=("table", "json"), default="table")
    one.set_defaults(run=_run_reprice)


def _run_reprice(arguments: argparse.Namespace) -> int:
    from aso.cli.reprice import reprice_command  # loads the catalog: nobody else needs it

    return reprice_command(arguments)


def _reconcile(found: Commands) -> None:
    one = found.add_parser(
        "reconcile",
        help="the ledger beside a provider's own usage or costs export",
        epilog="Of OpenAI, Anthropic and OpenRouter: the JSON that their endpoints answer. "
        "Costs and usage of the same time together explain most.",
    )
    one.add_argument("files", nargs="+", type=Path, metavar="FILE", help="what a file is, it says")
    one.add_argument(
        "--project",
        default="project",
        metavar="DIMENSION",
        help="whose value is the provider's project or workspace id (default: project)",
    )
    one.add_argument(
        "--map",
        action="append",
        default=[],
        metavar="PROJECT=VALUE",
        help="where the dimension's value is another than the id",
    )
    one.add_argument("--format", choices=("table", "json"), default="table")
    one.set_defaults(run=_run_reconcile)


def _run_reconcile(arguments: argparse.Namespace) -> int:
    from aso.cli.reconcile import reconcile  # loads the catalog: nobody else needs it

    return reconcile(arguments)


def _ledger(found: Commands) -> None:
    one = found.add_parser("ledger", help="compact: move past days to Parquet")
    one.add_argument("action", choices=("compact",))
    one.add_argument("--keep", type=int, default=1, metavar="DAYS", help="whole days that stay")
    one.set_defaults(run=history.compact)


def _coverage(found: Commands) -> None:
    one = found.add_parser(
        "coverage", help="what of the installed SDKs can bill, and is it metered?"
    )
    one.add_argument("--format", choices=("table", "json"), default="table")
    one.add_argument("--sdk", metavar="NAME", help="only this one: openai, anthropic, ...")
    one.set_defaults(run=_walk)


def _walk(arguments: argparse.Namespace) -> int:
    from aso.cli.coverage import coverage  # reads every SDK's source: nobody else needs it

    return coverage(arguments)


def _add_selection(one: argparse.ArgumentParser, *, is_since_required: bool = False) -> None:
    one.add_argument(
        "--since",
        required=is_since_required,
        help="2026-11-23, 2026-11-23T07:00Z, 24h, 7d or today",
    )
    one.add_argument("--until", help="the same; exclusive")
    one.add_argument("--where", action="append", default=[], metavar="KEY=VALUE", help="a filter")
